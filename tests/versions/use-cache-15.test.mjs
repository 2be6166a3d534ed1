import { testUseCache } from "./use-cache.mjs";

testUseCache("15.5.29");
