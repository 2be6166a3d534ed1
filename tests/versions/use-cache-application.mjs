// The application of 'use cache', as each major of Next writes it.

import { build, createApplication } from "./application.mjs";

const APP = "tests/versions/app";
const SHARED = [
  "tests/e2e/app/app/actions/page.jsx -> app/actions/page.jsx",
  "tests/e2e/app/app/api/revalidate-tag -> app/api/revalidate-tag",
  "tests/e2e/app/app/api/revalidate-path -> app/api/revalidate-path",
  "tests/e2e/app/cache-handler.mjs -> cache-handler.mjs",
  "demo/lib/events.mjs -> lib/events.mjs",
  "demo/lib/instances.mjs -> lib/instances.mjs",
  `${APP}/routers/app/layout.jsx -> app/layout.jsx`,
  `${APP}/use-cache`,
];
/** @type {Record<number, string[]>} */
const OF_MAJOR = {
  15: [`${APP}/routers-before-16`, `${APP}/use-cache-15`],
  16: [`${APP}/routers-16`, `${APP}/use-cache-16`],
};

/** @param {string} version */
export async function buildUseCacheApplication(version) {
  const own = OF_MAJOR[Number.parseInt(version, 10)] ?? [];
  const application = await createApplication(version, "use-cache", [...SHARED, ...own]);
  await build(application);
  return application;
}
