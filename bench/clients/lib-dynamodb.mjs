import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { BatchGetCommand, BatchWriteCommand, DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { TRANSLATED, plainHandler } from "./plain-handler.mjs";
import { PLAIN_CREDENTIALS, REGION } from "./settings.mjs";

const COMMANDS = {
  GetItem: GetCommand,
  PutItem: PutCommand,
  Query: QueryCommand,
  BatchGetItem: BatchGetCommand,
  BatchWriteItem: BatchWriteCommand,
};

export function libDynamodb(endpoint) {
  const client = new DynamoDBClient({ region: REGION, endpoint, credentials: PLAIN_CREDENTIALS });
  const documents = DynamoDBDocumentClient.from(client);
  return plainHandler((operation, input) => documents.send(new COMMANDS[operation](input)), TRANSLATED);
}
