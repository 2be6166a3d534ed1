import { DynamoDBCacheHandler } from "nextjs-dynamodb-cache";
import { BUDGETS } from "./budgets.mjs";

export default DynamoDBCacheHandler.configure(BUDGETS);
