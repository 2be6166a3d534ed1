import { testRouters } from "./routers.mjs";

testRouters("16.2.6", { major: 16, hasImages: true, edge: "proxy" }, { light: true });
