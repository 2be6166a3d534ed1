// The code in documents: JavaScript and TypeScript are type-checked beside the package, real Next and the CDK; everything
// else is parsed.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { parse as parseToml } from "smol-toml";
import { installTools } from "../infrastructure/installation.mjs";
import { installed } from "../versions/application.mjs";
import { ROOT, documents } from "./documents.mjs";

/** @typedef {import("./documents.mjs").Block} Block */

const execute = promisify(execFile);
const BLOCKS = documents().flatMap(({ blocks }) => blocks);
const TYPED = ["js", "jsx", "ts", "tsx"];
/** The version whose types count, unless the block names another after its language: ```js next-15 */
const NEXT = { "": "16.4.6", "next-15": "15.5.29" };

/** @type {string} */
let tools;
/** @type {string} */
let folder;
before(async () => {
  tools = (await installTools()).modules;
  folder = mkdtempSync(join(tmpdir(), "docs-"));
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** @type {Record<string, (block: Block) => unknown>} */
const PARSERS = {
  json: ({ text }) => JSON.parse(text),
  toml: ({ text }) => parseToml(text),
  sh: ({ text }) => execute("bash", ["-n", "-c", text]),
  bash: ({ text }) => execute("bash", ["-n", "-c", text]),
  yaml({ text }) {
    const { parseAllDocuments } = tool("yaml");
    const errors = parseAllDocuments(text).flatMap((/** @type {any} */ document) => document.errors);
    assert.deepEqual(errors, []);
  },
  hcl: ({ text, path }) => tool("@cdktf/hcl2json").parse(`${path}.tf`, text),
  dockerfile({ text }) {
    const { DockerfileParser, Keyword } = tool("dockerfile-ast");
    const instructions = DockerfileParser.parse(text).getInstructions();
    const unknown = instructions.filter((/** @type {any} */ one) => !(one.getKeyword() in Keyword)).map(String);
    assert.deepEqual(unknown, []);
    assert.match(instructions[0]?.getKeyword() ?? "", /^(FROM|ARG)$/);
  },
};

test("every language that is used is checked", () => {
  const checked = new Set(["", "text", ...TYPED, ...Object.keys(PARSERS)]);
  const unchecked = BLOCKS.filter(({ language }) => !checked.has(language)).map(place);
  assert.deepEqual(unchecked, []);
});

for (const language of new Set(BLOCKS.map((block) => block.language).filter((name) => PARSERS[name]))) {
  const blocks = BLOCKS.filter((block) => block.language === language);
  test(`${blocks.length} blocks of ${language} are well-formed`, async () => {
    for (const block of blocks) {
      await Promise.resolve(block).then(PARSERS[language]).catch((error) => assert.fail(`${place(block)}: ${error.message}`));
    }
  });
}

for (const [note, version] of Object.entries(NEXT)) {
  const programs = programsOf(BLOCKS.filter((block) => TYPED.includes(block.language) && block.note === note));
  test(`${programs.length} programs are right by their types, beside Next ${version}`, async () => {
    const place = join(folder, version);
    await installBeside(place, version);
    if (programs.length === 0) {
      return;
    }
    programs.forEach((program) => write(place, program));
    const options = ["--project", join(place, "tsconfig.json")];
    const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
    await execute(process.execPath, [tsc, ...options], { cwd: place }).catch(({ stdout }) => assert.fail(stdout));
  });
}

test("a program that is wrong is found", async () => {
  const place = join(folder, "wrong");
  await installBeside(place, NEXT[""]);
  const text = 'import { DynamoDBCacheHandler } from "nextjs-dynamodb-cache";\nDynamoDBCacheHandler.configure({ tabel: "t" });\n';
  write(place, { path: "wrong.md", line: 1, language: "js", note: "", text });
  const tsc = execute(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "--project", "."], { cwd: place });
  await assert.rejects(tsc, ({ stdout }) => /'tabel' does not exist/.test(stdout));
});

/**
 * What begins with white space goes on with the block before, inside its last brace.
 *
 * @param {Block[]} blocks
 * @returns {Block[]}
 */
function programsOf(blocks) {
  return blocks.reduce((/** @type {Block[]} */ programs, block) => {
    const last = programs.at(-1);
    if (/^\s/.test(block.text) && last?.path === block.path) {
      const whole = last.text.replace(/\n(\}.*)\n$/, `\n${block.text.replaceAll("$", "$$$$")}$1\n`);
      return [...programs, { ...block, text: whole }];
    }
    return [...programs, block];
  }, []);
}

/**
 * A folder whose node_modules has what the programs import.
 *
 * @param {string} place
 * @param {string} version of Next
 */
async function installBeside(place, version) {
  const modules = join(place, "node_modules");
  mkdirSync(modules, { recursive: true });
  link(ROOT, join(modules, "nextjs-dynamodb-cache"));
  link(join(ROOT, "node_modules/@types"), join(modules, "@types"));
  const sources = [await installed(version), tools];
  for (const source of sources) {
    const names = readdirSync(source).filter((name) => !/^[.@]/.test(name));
    names.forEach((name) => link(join(source, name), join(modules, name)));
  }
  const compilerOptions = {
    module: "NodeNext",
    target: "ES2023",
    lib: ["ES2023", "DOM"],
    jsx: "preserve",
    types: ["node"],
    noEmit: true,
    allowJs: true,
    checkJs: true,
    skipLibCheck: true,
    strict: true,
    noImplicitAny: false,
    strictNullChecks: false,
  };
  writeFileSync(join(place, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["pages"] }));
  writeFileSync(join(place, "package.json"), '{ "private": true, "type": "module" }\n');
}

/**
 * Each in a folder of its own, beside the files that it may import.
 *
 * @param {string} place
 * @param {Block} block
 */
function write(place, { path, line, language, text }) {
  const own = join(place, "pages", `${path.replaceAll(/[/.]/g, "-")}-${line}`);
  mkdirSync(own, { recursive: true });
  const source = join(ROOT, dirname(path));
  const [, imported] = /from "\.\/([\w-]+\.mjs)"/.exec(text) ?? [];
  const beside = imported && ["cdk", "."].map((sub) => join(source, sub, imported)).find((file) => existsSync(file));
  if (imported && beside) {
    cpSync(beside, join(own, imported));
  }
  // A module, also without an import.
  writeFileSync(join(own, `program.${language}`), `${text}\nexport {};\n`);
}

/** @param {string} name */
function tool(name) {
  return createRequire(`${tools}/`)(name);
}

/**
 * @param {string} target
 * @param {string} path
 */
function link(target, path) {
  if (!existsSync(path)) {
    symlinkSync(target, path);
  }
}

/** @param {Block} block */
function place({ path, line, language }) {
  return `${path}:${line} (${language})`;
}
