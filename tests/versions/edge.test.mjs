// The handler in the bundles of the edge runtime and of the proxy, by those bundlers that the other suites do not use.

import { after, before, describe, it } from "node:test";
import { build, createApplication } from "./application.mjs";
import { CLIENT, SLIM } from "./checks/client.mjs";
import { EDGE } from "./checks/edge.mjs";
import { startCluster } from "./cluster.mjs";

const APP = "tests/versions/app";
const SHARED = [
  "tests/e2e/app/app/actions/page.jsx -> app/actions/page.jsx",
  "tests/e2e/app/cache-handler.mjs -> cache-handler.mjs",
  "demo/lib/events.mjs -> lib/events.mjs",
  "demo/lib/instances.mjs -> lib/instances.mjs",
  "demo/app/api/events -> app/api/events",
  "tests/e2e/app/lib -> lib",
  "tests/e2e/app/app/isr -> app/isr",
  ...["app/client", "app/edge/page", "app/layout.jsx", "lib", "pages/api/edge-core.js", "next.config.mjs", "package.json"].map(ofRouters),
];

/**
 * @typedef {object} Build
 * @property {string} version
 * @property {"webpack" | "turbopack"} bundler
 * @property {"middleware" | "proxy"} edge
 * @property {string[]} sources
 * @property {boolean} hasEdgeRoutes Next 16 itself does not build those of the App Router with webpack
 */

/** @type {Build[]} */
const BUILDS = [
  {
    version: "15.5.29",
    bundler: "turbopack",
    edge: "middleware",
    sources: [`${APP}/routers-before-16`, `${APP}/config-15`, ...["app/edge/api", "app/edge/slim"].map(ofRouters)],
    hasEdgeRoutes: true,
  },
  ...["middleware", "proxy"].map(
    (edge) =>
      /** @type {Build} */ ({
        version: "16.4.6",
        bundler: "webpack",
        edge,
        sources: [`${APP}/routers-16`, `${APP}/config-16`],
        hasEdgeRoutes: false,
      }),
  ),
];

for (const { version, bundler, edge, sources, hasEdgeRoutes } of BUILDS) {
  describe(`next ${version} built by ${bundler}, with ${edge}`, () => {
    const next = { major: Number.parseInt(version, 10), hasImages: false, edge, hasEdgeRoutes };
    /** @type {import("./cluster.mjs").Cluster} */
    let cluster;
    before(async () => {
      const own = [...sources, `${APP}/${edge}`];
      const application = await createApplication(version, `edge-${bundler}-${edge}`, [...SHARED, ...own]);
      await build(application, [`--${bundler}`]);
      cluster = await startCluster(application);
    });
    after(() => cluster?.end());

    for (const { name, run } of [...EDGE, ...CLIENT, ...SLIM].filter(({ on }) => on?.(next) ?? true)) {
      it(name, () => run({ ...cluster, next }));
    }
  });
}

/** @param {string} path of the application of both routers */
function ofRouters(path) {
  return `${APP}/routers/${path} -> ${path}`;
}
