import { createUseCacheHandler } from "nextjs-dynamodb-cache/use-cache";
import { BUDGETS } from "./budgets.mjs";

export default createUseCacheHandler(BUDGETS);
