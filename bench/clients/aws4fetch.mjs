import { AwsClient } from "aws4fetch";
import { RAW, plainHandler } from "./plain-handler.mjs";
import { PLAIN_CREDENTIALS, REGION } from "./settings.mjs";

export function aws4fetch(endpoint) {
  const client = new AwsClient({ ...PLAIN_CREDENTIALS, region: REGION, service: "dynamodb" });
  return plainHandler(async (operation, input) => {
    const headers = { "content-type": "application/x-amz-json-1.0", "x-amz-target": `DynamoDB_20120810.${operation}` };
    const response = await client.fetch(`${endpoint}/`, { method: "POST", headers, body: JSON.stringify(input) });
    return response.json();
  }, RAW);
}
