// The application of the App Router and the Pages Router, as each version of Next writes it.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateSync, crc32 } from "node:zlib";
import { createApplication } from "./application.mjs";

const APP = "tests/versions/app";
/** Those pages that every version understands, and what they need. */
const SHARED = [
  "tests/e2e/app/lib -> lib",
  "tests/e2e/app/pages -> pages",
  "tests/e2e/app/cache-handler.mjs -> cache-handler.mjs",
  ...["binary", "draft", "isr", "missing", "moved", "short", "slow", "actions/page.jsx", "not-found.jsx", "api"].map(
    (path) => `tests/e2e/app/app/${path} -> app/${path}`,
  ),
  "demo/lib/events.mjs -> lib/events.mjs",
  "demo/lib/instances.mjs -> lib/instances.mjs",
  "demo/app/api/events -> app/api/events",
  `${APP}/routers`,
];

/** @type {Record<string, string[]>} */
const OF_VERSION = {
  "14.2.35": ["routers-before-16", "config-14", "middleware"],
  "15.5.29": ["routers-before-16", "config-15", "middleware"],
  "16.2.6": ["routers-16", "config-16", "proxy"],
  "16.4.6": ["routers-16", "config-16", "middleware"],
};

/** @param {string} version */
export async function createRoutersApplication(version) {
  const own = (OF_VERSION[version] ?? []).map((name) => `${APP}/${name}`);
  const application = await createApplication(version, "routers", [...SHARED, ...own]);
  mkdirSync(join(application.folder, "public"), { recursive: true });
  writeFileSync(join(application.folder, "public/picture.png"), png(256));
  return application;
}

/**
 * A gray square, as the smallest file that an image optimizer takes for an image.
 *
 * @param {number} size in pixels
 */
function png(size) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header[8] = 8;
  const pixels = Buffer.alloc(size * (size + 1), 0x80);
  for (let row = 0; row < size; row++) {
    // Each row starts with the number of its filter: none.
    pixels[row * (size + 1)] = 0;
  }
  const signature = Buffer.from("89504e470d0a1a0a", "hex");
  const chunks = [chunk("IHDR", header), chunk("IDAT", deflateSync(pixels)), chunk("IEND", Buffer.alloc(0))];
  return Buffer.concat([signature, ...chunks]);
}

/**
 * @param {string} type
 * @param {Buffer} data
 */
function chunk(type, data) {
  const content = Buffer.concat([Buffer.from(type), data]);
  const framed = Buffer.alloc(content.length + 8);
  framed.writeUInt32BE(data.length, 0);
  content.copy(framed, 4);
  framed.writeUInt32BE(crc32(content), content.length + 4);
  return framed;
}
