// tests/conformance/README.md says which test stands for which promise: those tests are there.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT } from "./documents.mjs";

const FOLDER = join(ROOT, "tests/conformance");
/** A link, or a name in code. */
const TOKEN = /\[[^\]]+\]\(([^)]+)\)|`([^`]+)`/g;

const rows = readFileSync(join(FOLDER, "README.md"), "utf8")
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| promise "))
  .map((line) => line.split(" | "));

test("every promise has a test", () => {
  assert.ok(rows.length > 30);
  for (const [promise, tests = ""] of rows) {
    assert.ok(testsOf(tests).length > 0, promise);
  }
});

test("every test that stands for a promise is in its file", () => {
  for (const [promise, tests = ""] of rows) {
    for (const { file, name } of testsOf(tests)) {
      assert.ok(existsSync(file), `${promise}: ${file}`);
      assert.ok(readFileSync(file, "utf8").includes(name), `${promise}: ${name} is not in ${file}`);
    }
  }
});

/** @param {string} cell files, each with the names of its tests behind it */
function testsOf(cell) {
  let file = "";
  /** @type {{ file: string, name: string }[]} */
  const found = [];
  for (const [, link, name] of cell.matchAll(TOKEN)) {
    if (link) {
      file = join(FOLDER, link);
    } else if (name) {
      found.push({ file, name });
    }
  }
  return found;
}
