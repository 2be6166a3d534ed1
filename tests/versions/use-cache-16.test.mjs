import { testUseCache } from "./use-cache.mjs";

testUseCache("16.4.6");
