import { testRouters } from "./routers.mjs";

testRouters("15.5.29", { major: 15, hasImages: false, edge: "middleware" });
