import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { compileCore } from "../../js/core.mjs";
import "../../js/runtime/inline-core.mjs";
import node from "../../js/runtime/node.mjs";
import web from "../../js/runtime/web.mjs";
import { exchanged } from "../shipped-fetch.mjs";

test("the environment is read at each call, and a blank variable is not set", () => {
  process.env.RUNTIMES_TEST = "one";
  assert.equal(node.env("RUNTIMES_TEST"), "one");
  process.env.RUNTIMES_TEST = "two";
  assert.equal(node.env("RUNTIMES_TEST"), "two");
  process.env.RUNTIMES_TEST = "";
  assert.equal(node.env("RUNTIMES_TEST"), undefined);
  delete process.env.RUNTIMES_TEST;
  assert.equal(node.env("RUNTIMES_TEST"), undefined);
});

test("a file is read whole, and one that is not there is null", async () => {
  const bytes = await node.readFile(fileURLToPath(import.meta.url));
  assert.match(new TextDecoder().decode(bytes ?? undefined), /^import assert/);
  assert.equal(await node.readFile("/no/such/file"), null);
});

test("a file is replaced at once, and only its owner may read it", async () => {
  const path = join(mkdtempSync(join(tmpdir(), "runtimes-")), "file");
  assert.equal(await node.writeFile(path, Buffer.from("one")), true);
  assert.equal(await node.writeFile(path, Buffer.from("two")), true);
  assert.equal(readFileSync(path, "utf8"), "two");
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(dirname(path)), ["file"]);
  assert.equal(await node.writeFile("/no/such/folder/file", Buffer.from("x")), false);
});

test("a process gives what it printed", async () => {
  const printed = await node.runProcess("printf one | tr o O", 10_000);
  assert.equal(new TextDecoder().decode(printed ?? undefined), "One");
});

test("a process that fails tells how, and neither its command nor what it wrote", async () => {
  const secret = "echo hidden; echo hidden >&2;";
  await assert.rejects(node.runProcess(`${secret} exit 3`, 10_000), { message: "it ended with status 3" });
  await assert.rejects(node.runProcess(`${secret} exec sleep 60`, 50), { message: "it was ended by SIGTERM" });
  await assert.rejects(node.runProcess("yes hidden", 10_000), (/** @type {Error} */ error) => {
    assert.match(error.message, /MAXBUFFER/);
    return !error.message.includes("hidden");
  });
});

test("the core is compiled once", () => {
  const core = compileCore();
  assert.ok(core instanceof WebAssembly.Module);
  assert.equal(compileCore(), core);
});

test("what runs outside of the request does not see the request's context, and the caller still does", async () => {
  const request = new AsyncLocalStorage();
  await request.run("a request", async () => {
    const seen = await node.outsideRequest(async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      return request.getStore();
    });
    assert.equal(seen, undefined);
    assert.equal(request.getStore(), "a request");
  });
});

test("what runs outside of the request throws to its caller", () => {
  const run = () => {
    throw new RangeError("from within");
  };
  assert.throws(() => node.outsideRequest(run), RangeError);
});

test("a web runtime has no files", async () => {
  assert.equal(await web.readFile(fileURLToPath(import.meta.url)), null);
  assert.equal(await web.writeFile("file", new Uint8Array()), false);
  assert.equal(await web.runProcess("true", 1_000), null);
  assert.equal(web.require, undefined);
  assert.equal(web.outsideRequest(() => 7), 7);
});

test("a web runtime waits for no metadata service, unless it is told to", (context) => {
  assert.equal(web.env("AWS_EC2_METADATA_DISABLED"), "true");
  assert.equal(web.env("RUNTIMES_TEST"), undefined);
  process.env.AWS_EC2_METADATA_DISABLED = "false";
  context.after(() => delete process.env.AWS_EC2_METADATA_DISABLED);
  assert.equal(web.env("AWS_EC2_METADATA_DISABLED"), "false");
});

test("a web runtime uses the fetch of its start, and never one that follows a redirect", async (context) => {
  /** @type {(string | undefined)[]} */
  const redirects = [];
  context.mock.method(globalThis, "fetch", async (/** @type {string} */ _url, /** @type {RequestInit} */ init) => {
    redirects.push(init.redirect);
    return new Response("answer");
  });
  const { default: own } = await freshWeb();
  context.mock.method(globalThis, "fetch", () => assert.fail("the patched fetch was called"));
  const { body } = await exchanged(own.exchange, "http://127.0.0.1/", "POST", "a: b\r\n", new Uint8Array());
  assert.equal(new TextDecoder().decode(body), "answer");
  assert.deepEqual(redirects, ["manual"]);
});

test("where there is no WebAssembly, or none from bytes, the error says so", async () => {
  const attempt = "try { compileCore(); } catch (error) { console.log(error.message); }";
  assert.equal(
    await printed("delete globalThis.WebAssembly", attempt),
    "nextjs-dynamodb-cache needs WebAssembly, and this runtime has none",
  );
  const refusing = 'WebAssembly.Module = function () { throw new WebAssembly.CompileError("disallowed by embedder"); }';
  assert.match(await printed(refusing, attempt), /refuses to compile .*: disallowed by embedder$/);
});

test("without Node's Buffer the core is the same bytes", async () => {
  const exports = await printed("delete globalThis.Buffer", "console.log(WebAssembly.Module.exports(compileCore()).length)");
  assert.equal(Number(exports), WebAssembly.Module.exports(compileCore()).length);
});

test("where nothing inflates at once, the first call begins to, and the core is the same bytes", async () => {
  const runtime = new URL("../../js/runtime/node.mjs", import.meta.url).href;
  const without = `delete (await import("${runtime}")).default.inflate`;
  const attempt = "try { console.log(WebAssembly.Module.exports(compileCore()).length); } catch (error) { console.log(error.message); }";
  const lines = await printed(without, `${attempt} await coreUnderWay(); ${attempt}`);
  const count = WebAssembly.Module.exports(compileCore()).length;
  assert.deepEqual(lines.split("\n"), ["nextjs-dynamodb-cache: its WebAssembly is not compiled yet", String(count)]);
  assert.match(
    await printed(`${without}; delete globalThis.DecompressionStream`, `await coreUnderWay(); ${attempt}`),
    /needs DecompressionStream, and this runtime has none: .*\/slim$/,
  );
});

/** The runtime's module, evaluated once more. */
function freshWeb() {
  const path = "../../js/runtime/web.mjs?fresh";
  return import(path);
}

/**
 * What a process prints that has the core inlined.
 *
 * @param {string} before what is done before the core is loaded
 * @param {string} script
 */
async function printed(before, script) {
  const [core, inline] = ["core.mjs", "runtime/inline-core.mjs"].map((path) => new URL(`../../js/${path}`, import.meta.url).href);
  const program = `${before}; await import("${inline}"); const { compileCore, coreUnderWay } = await import("${core}"); ${script}`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program]);
  return stdout.trim();
}
