import * as sdk from "@aws-sdk/client-dynamodb";
import { RAW, plainHandler } from "./plain-handler.mjs";
import { PLAIN_CREDENTIALS, REGION } from "./settings.mjs";

export function awsSdk(endpoint) {
  const client = new sdk.DynamoDBClient({ region: REGION, endpoint, credentials: PLAIN_CREDENTIALS });
  return plainHandler((operation, input) => client.send(new sdk[`${operation}Command`](input)), RAW);
}
