// What the demo and the end-to-end tests start processes with.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { freePort } from "../../scripts/demo/ports.mjs";
import { ready, run, start, stop } from "../../scripts/demo/processes.mjs";

const folder = mkdtempSync(join(tmpdir(), "nextjs-dynamodb-cache-"));
const log = join(folder, "process.log");
after(() => rmSync(folder, { recursive: true }));

/** @param {string} script */
const node = (script) => /** @type {const} */ (["-e", script]);

describe("processes", () => {
  it("a port in use is passed over", async () => {
    const taken = createServer();
    const port = await freePort();
    await new Promise((resolve) => taken.listen(port, () => resolve(undefined)));
    assert.ok((await freePort(port)) > port);
    await new Promise((resolve) => taken.close(resolve));
    assert.equal(await freePort(port), port);
  });

  it("a program that fails is an error with the end of its output, and where the rest is", async () => {
    const script = 'console.log("the reason"); process.exit(3)';
    await assert.rejects(run(process.execPath, [...node(script)], { log }), /ended with code 3\s+the reason\s+.*process\.log/);
    assert.equal(readFileSync(log, "utf8"), "the reason\n");
  });

  it("a program that is not there is an error that names it", async () => {
    await assert.rejects(run("no-such-program", [], { log }), /no-such-program .*could not be started/);
  });

  it("one that ends before it answers is not waited for", async () => {
    const ended = start(process.execPath, [...node('console.error("no port")')], { log });
    await assert.rejects(ready(ended, "the server", async () => false), /the server ended with code 0.*\s+no port/);
  });

  it("one that ignores SIGTERM is made to end", async () => {
    const script = 'process.on("SIGTERM", () => {}); console.log("up"); setInterval(() => {}, 1000)';
    const stubborn = start(process.execPath, [...node(script)], { log });
    await ready(stubborn, "the process", async () => stubborn.output().includes("up"));
    await stop(stubborn);
    assert.equal(await stubborn.ended, "was ended by SIGKILL");
  });
});
