import awsLiteClient from "@aws-lite/client";
import { RAW, plainHandler } from "./plain-handler.mjs";
import { PLAIN_CREDENTIALS, REGION } from "./settings.mjs";

export async function awsLite(endpoint) {
  const { hostname, port } = new URL(endpoint);
  const aws = await awsLiteClient({ ...PLAIN_CREDENTIALS, region: REGION, plugins: [], autoloadPlugins: false });
  return plainHandler(async (operation, input) => {
    const headers = { "content-type": "application/x-amz-json-1.0", "x-amz-target": `DynamoDB_20120810.${operation}` };
    const place = { service: "dynamodb", host: hostname, port: Number(port), protocol: "http" };
    const response = await aws({ ...place, path: "/", method: "POST", headers, payload: JSON.stringify(input) });
    return typeof response.payload === "string" || Buffer.isBuffer(response.payload)
      ? JSON.parse(response.payload)
      : response.payload;
  }, RAW);
}
