// What documents say of options, variables and commands, against the code.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createCacheClient } from "../../js/entries/client.mjs";
import { resolveOptions } from "../../js/options.mjs";
import { ROOT, documents, files } from "./documents.mjs";

const DOCUMENTS = documents();
const DEFAULTS = /** @type {Record<string, unknown>} */ (resolveOptions({}, () => undefined));
const PACKAGE = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));

test("the table of options has each option, and its default", () => {
  const rows = tableRows("option");
  const names = rows.map(([name = ""]) => name.replaceAll("`", ""));
  assert.deepEqual(names.toSorted(), Object.keys(DEFAULTS).sort());
  for (const [name = "", given = ""] of rows) {
    const [, literal] = /^`(true|false|\d+|"[^"]*")`$/.exec(given) ?? [];
    if (literal !== undefined) {
      assert.deepEqual(JSON.parse(literal), DEFAULTS[name.replaceAll("`", "")], name);
    }
  }
});

test("the types have each option", () => {
  const [, body = ""] = /interface DynamoDBCacheOptions \{([\s\S]*?)^\}/m.exec(source("types/index.d.ts")) ?? [];
  const names = [...body.matchAll(/^ {2}(\w+)\?:/gm)].map(([, name]) => name);
  assert.deepEqual(names.toSorted(), Object.keys(DEFAULTS).sort());
});

test("the types of createCacheTable have each option that its command takes, with the handler's name for it", () => {
  const [, body = ""] = /interface CreateCacheTableOptions \{([\s\S]*?)^\}/m.exec(source("types/create-table.d.ts")) ?? [];
  const names = [...body.matchAll(/^ {2}(\w+)\?:/gm)].map(([, name]) => name);
  const [, taken = ""] = /Object\.entries\(\{([^}]*)\}\)/.exec(source("js/cli/main.mjs")) ?? [];
  const given = taken.split(",").map((one) => one.split(":")[0]?.trim()).filter((name) => name !== "keyPrefix");
  assert.ok(given.includes("tagIndexName"));
  assert.deepEqual(given.filter((name) => !names.includes(name)), []);
});

test("the table of the client's methods has each method", () => {
  const named = tableRows("method").map(([call = ""]) => /\w+/.exec(call)?.[0]);
  const methods = Object.keys(createCacheClient({ tableName: "t" }));
  assert.deepEqual(methods.filter((method) => !named.includes(method)), []);
});

const VARIABLE = /\b(?:NEXT_CACHE|NEXT_PRIVATE|AWS|SIM|TEST|CREDENTIALS|WEBHOOK|REVALIDATE|DYNAMODB)_[A-Z0-9_]*[A-Z0-9]\b/g;

test("every environment variable that is named is one that code reads or sets", () => {
  const code = files(ROOT, /\.(mjs|js|jsx|rs|yaml|toml|tf|sh)$/).filter((path) => !path.startsWith("tests/docs/"));
  const known = new Set(code.flatMap((path) => source(path).match(VARIABLE) ?? []));
  const unknown = DOCUMENTS.flatMap(({ path, text }) =>
    (text.match(VARIABLE) ?? []).filter((name) => !known.has(name)).map((name) => `${path}: ${name}`),
  );
  assert.deepEqual(unknown, []);
});

test("every variable of ours is named in a document", () => {
  const shipped = files(ROOT, /\.(mjs|rs)$/).filter((path) => /^(js|src)\//.test(path));
  const read = new Set(shipped.flatMap((path) => source(path).match(/\bNEXT_CACHE_[A-Z_]+\b/g) ?? []));
  const unnamed = [...read].filter((name) => !DOCUMENTS.some(({ text }) => text.includes(name)));
  assert.deepEqual(unnamed, []);
});

test("every command of the package that is named exists, with its options", () => {
  const wrong = DOCUMENTS.flatMap(({ path, text }) =>
    commandsOf(text).flatMap((command) => faultOf(command).map((fault) => `${path}: ${command}: ${fault}`)),
  );
  assert.deepEqual(wrong, []);
});

test("every script that is named exists", () => {
  const scripts = files(ROOT, /^package\.json$/).flatMap((path) => Object.keys(JSON.parse(source(path)).scripts ?? {}));
  const wrong = DOCUMENTS.flatMap(({ path, text }) => {
    const named = [...text.matchAll(/\bnpm run ([\w:-]+)/g)].filter(([, name = ""]) => !scripts.includes(name));
    const run = [...text.matchAll(/\bnode ((?:scripts|tests|bench)\/[\w./-]+\.mjs)/g)].filter(([, name = ""]) => !existsSync(join(ROOT, name)));
    return [...named, ...run].map(([command]) => `${path}: ${command}`);
  });
  assert.deepEqual(wrong, []);
});

test("the examples start their DynamoDB alike", () => {
  const [first, ...others] = files(join(ROOT, "examples"), /^local\.mjs$/).map(source);
  assert.equal(others.length, 2);
  others.forEach((other) => assert.equal(other, first));
});

test("the README's benchmarks are rows of docs/benchmarks.md", () => {
  const block = /<!-- benchmarks -->\n(.*)\n<!-- end of benchmarks -->/s.exec(source("README.md"))?.[1] ?? "";
  const rows = block.split("\n").slice(2);
  assert.ok(rows.length >= 8, block);
  const page = source("docs/benchmarks.md");
  for (const row of rows) {
    assert.ok(page.includes(row.replace(/ \|$/, " | ")), row);
  }
});

/**
 * The cells of the table whose first column is called so.
 *
 * @param {string} first
 */
function tableRows(first) {
  const table = new RegExp(`^\\| ${first} \\|.*\\n\\|[-| :]+\\n((?:\\|.*\\n)+)`, "m");
  const found = DOCUMENTS.map(({ prose }) => table.exec(prose)?.[1]).find((rows) => rows !== undefined);
  assert.ok(found, `there is a table of ${first}s`);
  // A pipe may stand in code.
  return found.trimEnd().split("\n").map((row) => row.slice(2, -2).split(/ \| /));
}

/** What follows npx, also over several lines. @param {string} text */
function commandsOf(text) {
  const joined = text.replaceAll(/\\\n\s*/g, "");
  const found = [...joined.matchAll(/\bnpx (?:--\S+ )*(nextjs-dynamodb-cache\b[^`\n|;&#()]*)/g)];
  return found.map(([, command = ""]) => command.replace(/["'.,:]+\s*$/, "").trim());
}

/** @type {Map<string, string>} */
const helps = new Map();

/**
 * @param {string} command
 * @returns {string[]}
 */
function faultOf(command) {
  const [bin = "", ...args] = command.split(/\s+/);
  const program = PACKAGE.bin[bin];
  if (!program) {
    return ["no such program"];
  }
  const subcommand = args.filter((arg) => /^[a-z][a-z-]*$/.test(arg)).slice(0, bin === "nextjs-dynamodb-cache" ? 1 : 0);
  const options = args.filter((arg) => arg.startsWith("--")).map((arg) => arg.replace(/=.*/, ""));
  const help = helpOf(program, subcommand);
  return options.filter((option) => !new RegExp(`(^|[^\\w-])${option}(?![\\w-])`).test(help)).map((option) => `no option ${option}`);
}

/**
 * @param {string} program
 * @param {string[]} subcommand
 */
function helpOf(program, subcommand) {
  const key = [program, ...subcommand].join(" ");
  const known = helps.get(key);
  if (known !== undefined) {
    return known;
  }
  const help = execFileSync(process.execPath, [join(ROOT, program), ...subcommand, "--help"], { encoding: "utf8" });
  helps.set(key, help);
  return help;
}

/** @param {string} path */
function source(path) {
  return readFileSync(join(ROOT, path), "utf8");
}
