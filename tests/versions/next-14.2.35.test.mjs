import { testRouters } from "./routers.mjs";

testRouters("14.2.35", { major: 14, hasImages: false, edge: "middleware" });
