// The handler in the bundles of the edge runtime and of the proxy, by those bundlers that the other suites do not use.

import { after, before, describe, it } from "node:test";
import { build, createApplication } from "./application.mjs";
import { EDGE_CHECKS } from "./checks.mjs";
import { startCluster } from "./cluster.mjs";

const APP = "tests/versions/app";
const SHARED = [
  "tests/e2e/app/app/actions/page.jsx -> app/actions/page.jsx",
  "tests/e2e/app/cache-handler.mjs -> cache-handler.mjs",
  "demo/lib/events.mjs -> lib/events.mjs",
  "demo/app/api/events -> app/api/events",
  ...["app/edge", "app/layout.jsx", "next.config.mjs", "package.json"].map((path) => `${APP}/routers/${path} -> ${path}`),
];

/** @type {{ version: string, bundler: "webpack" | "turbopack", edge: "middleware" | "proxy", sources: string[] }[]} */
const BUILDS = [
  { version: "15.5.29", bundler: "turbopack", edge: "middleware", sources: ["routers-before-16", "config-15"] },
  { version: "16.4.6", bundler: "webpack", edge: "middleware", sources: ["routers-16", "config-16"] },
  { version: "16.4.6", bundler: "webpack", edge: "proxy", sources: ["routers-16", "config-16"] },
];

for (const { version, bundler, edge, sources } of BUILDS) {
  describe(`next ${version} built by ${bundler}, with ${edge}`, () => {
    const next = { major: Number.parseInt(version, 10), hasImages: false, edge };
    /** @type {import("./cluster.mjs").Cluster} */
    let cluster;
    before(async () => {
      const own = [...sources, edge].map((name) => `${APP}/${name}`);
      const application = await createApplication(version, `edge-${bundler}-${edge}`, [...SHARED, ...own]);
      await build(application, [`--${bundler}`]);
      cluster = await startCluster(application);
    });
    after(() => cluster?.end());

    for (const { name, run } of EDGE_CHECKS) {
      it(name, () => run({ ...cluster, next }));
    }
  });
}
