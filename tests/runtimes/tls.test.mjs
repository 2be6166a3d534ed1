// TLS of the package's own HTTP on each runtime that has it: who is believed, who is not, and what a second handshake takes.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { createCacheTable } from "../../js/create-table.mjs";
import { run } from "../../scripts/demo/processes.mjs";
import { EMULATOR_CREDENTIALS, startEmulator } from "../emulators.mjs";
import { makeCertificates } from "../faults/certificates.mjs";
import { startFaultServer } from "../faults/server.mjs";
import { answer } from "../faults/wire.mjs";
import { installPackage, installRuntimes, removePackage } from "./installation.mjs";

const TABLE = { tableName: "over-tls", region: "eu-central-1", credentials: EMULATOR_CREDENTIALS };
/** Far above what a busy machine needs. A refusal is known at once. */
const BUDGETS = { readTimeoutMs: 10_000, coldTimeoutMs: 10_000, writeTimeoutMs: 10_000 };

/** How each runs a program. @type {Record<string, (modules: string) => string[]>} */
const RUNTIMES = {
  "Node.js 20": (modules) => [join(modules, "node20/bin/node")],
  "Node.js 22": (modules) => [join(modules, "node22/bin/node")],
  "Node.js 24": (modules) => [join(modules, "node24/bin/node")],
  "Node.js 26": (modules) => [join(modules, "node26/bin/node")],
  Deno: (modules) => [join(modules, ".bin/deno"), "run", "-A", "--node-modules-dir=manual"],
  Bun: (modules) => [join(modules, ".bin/bun")],
};

const certificates = makeCertificates();
/** @type {import("./bundles.mjs").Place} */
let place;
/** @type {import("../emulators.mjs").Emulator} */
let emulator;
/** @type {import("../faults/server.mjs").FaultServer} */
let store;
/** Of each request, whether its handshake resumed a session. @type {boolean[]} */
let resumed;

before(async () => {
  place = { modules: await installRuntimes(), folder: await installPackage() };
  writeFileSync(join(place.folder, "authority.pem"), certificates.ca);
  emulator = await startEmulator("dynalite");
  await createCacheTable({ ...TABLE, endpoint: emulator.endpoint });
  store = await startFaultServer(emulator.endpoint, { secure: certificates.good });
});
after(async () => {
  await store?.stop();
  await emulator?.stop();
  await removePackage(place.folder);
});
beforeEach(() => {
  resumed = [];
  store.behave({
    async asked({ socket, fromEmulator }) {
      resumed.push(/** @type {import("node:tls").TLSSocket} */ (socket).isSessionReused());
      const { status, body } = await fromEmulator();
      socket.end(answer(status, body, { connection: "close" }));
    },
  });
});

for (const [name, runtime] of Object.entries(RUNTIMES)) {
  describe(`TLS on ${name}`, () => {
    /**
     * @param {"good" | "otherHost" | "selfSigned"} certificate
     * @param {{ host?: string, trusting?: boolean }} [how] whether the process trusts the test's authority
     */
    async function answersOver(certificate, { host = "127.0.0.1", trusting = true } = {}) {
      store.present(certificates[certificate]);
      const [command = "", ...args] = runtime(place.modules);
      const options = JSON.stringify({ ...TABLE, ...BUDGETS, endpoint: `https://${host}:${store.port}` });
      const output = await run(command, [...args, "over-tls.mjs", options], {
        cwd: place.folder,
        env: { NODE_EXTRA_CA_CERTS: trusting ? join(place.folder, "authority.pem") : "" },
        log: join(place.folder, "logs", `tls-${name.replaceAll(/\W+/g, "-")}.log`),
      });
      return JSON.parse(output.trim().split("\n").at(-1) ?? "");
    }

    for (const host of ["127.0.0.1", "localhost"]) {
      test(`a server that the authority vouches for is believed, as ${host}`, async () => {
        const { stored, got, revalidated, types } = await answersOver("good", { host });
        assert.deepEqual([stored, got, revalidated], [true, "value", "confirmed"]);
        assert.deepEqual(types, ["set", "hit", "revalidate"]);
      });
    }

    test("a later connection resumes the session of an earlier one", async () => {
      await answersOver("good");
      assert.equal(resumed[0], false);
      // Those that were opened meanwhile had none to resume yet.
      assert.equal(resumed.at(-1), true, String(resumed));
    });

    for (const [who, certificate, trusting, code] of /** @type {const} */ ([
      ["of another host", "otherHost", true, "ERR_TLS_CERT_ALTNAME_INVALID"],
      ["that vouches for itself", "selfSigned", true, "DEPTH_ZERO_SELF_SIGNED_CERT"],
      ["whose authority is not trusted", "good", false, "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
    ])) {
      test(`a server ${who} gets no request, and the error says so`, async () => {
        const { stored, got, revalidated, types } = await answersOver(certificate, { trusting });
        assert.deepEqual([stored, got], [false, null]);
        assert.ok(revalidated.includes(`(${code})`), revalidated);
        assert.ok(types.every((/** @type {string} */ type) => type === "degraded"), String(types));
        assert.equal(store.counts().requests, 0);
        assert.ok(store.counts().connections > 0, "it was not even tried");
      });
    }
  });
}
