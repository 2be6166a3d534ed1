import assert from "node:assert/strict";
import { test } from "node:test";
import { countChecks, countTests } from "../../scripts/test/counts.mjs";

const CARGO = `
test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s
test result: ok. 4 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s
`;
const NODE = "ℹ tests 5\nℹ suites 0\nℹ pass 5\nℹ fail 0\nℹ cancelled 0\nℹ skipped 0\nℹ todo 0\n";

test("cargo's tests are counted over all binaries", () => {
  assert.deepEqual(countTests("cargo", CARGO, undefined), { passed: 7, failed: 0 });
});

test("Node's tests are counted", () => {
  assert.deepEqual(countTests("node", NODE, undefined), { passed: 5, failed: 0 });
});

test("no test is a failure", () => {
  assert.deepEqual(countTests("cargo", "", undefined), { passed: 0, failed: 1, why: "no test ran" });
  assert.deepEqual(countTests("node", NODE.replace("pass 5", "pass 0"), undefined), {
    passed: 0,
    failed: 1,
    why: "no test ran",
  });
});

test("a skipped test is a failure", () => {
  assert.equal(countTests("cargo", CARGO.replace("0 ignored", "1 ignored"), undefined).failed, 1);
  assert.equal(countTests("node", NODE.replace("skipped 0", "skipped 2"), undefined).failed, 2);
  assert.equal(countTests("node", NODE.replace("todo 0", "todo 1"), undefined).failed, 1);
});

test("a program that ends badly has failed, whatever its summary says", () => {
  const why = "ended with exit code 101";
  assert.deepEqual(countTests("cargo", CARGO, why), { passed: 7, failed: 1, why });
  assert.deepEqual(countChecks(why), { passed: 0, failed: 1, why });
});

test("a check that ends well counts as one", () => {
  assert.deepEqual(countChecks(undefined), { passed: 1, failed: 0 });
});
