import { testRouters } from "./routers.mjs";

testRouters("16.4.6", { major: 16, hasImages: true, edge: "middleware" });
