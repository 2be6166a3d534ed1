// The cells on the package as its usual entries give it.

import { DynamoDBCacheHandler } from "nextjs-dynamodb-cache";
import { createCacheClient } from "nextjs-dynamodb-cache/client";
import { performedBy } from "./cells.mjs";

export const perform = performedBy({ DynamoDBCacheHandler, createCacheClient });
