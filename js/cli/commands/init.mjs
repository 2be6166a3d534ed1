// init: the handler's file and the lines of next.config, after they were shown.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CommandFailure, confirm, print, printJson } from "../output.mjs";

const HANDLER = "cache-handler.mjs";
const CONFIGS = ["next.config.ts", "next.config.mjs", "next.config.js"];
/** Where an object of configuration begins, in the forms that create-next-app and Next's documentation use. */
const OBJECT = /^(?:export default|(?:const|let) \w+(?:\s*:\s*[\w.]+)?\s*=|module\.exports\s*=)\s*\{(?:[ \t]*\r?\n|(?=[ \t]*\}))/m;

/** @type {import("../main.mjs").CommandFile} */
export const init = {
  name: "init",
  summary: "set an application up: cache-handler.mjs and the lines of next.config",
  details: `Run it in the application's folder. It shows what it would write and asks; what is there already stays as it is.

Example:
  npx nextjs-dynamodb-cache init --table my-app-cache`,
  isLocal: true,
  configure: (command) =>
    command
      .option("--table <name>", "the table (default: what NEXT_CACHE_DYNAMODB_TABLE says at run time)")
      .option("--yes", "do not ask")
      .option("--json", "print one JSON document"),
  async run({ options }) {
    const config = CONFIGS.find((name) => existsSync(join(process.cwd(), name)));
    if (!config) {
      throw new CommandFailure(`there is no next.config in ${process.cwd()}: run this in the application's folder`);
    }
    const handler = handlerChange(options.table);
    const changes = [handler, configChange(config, handler)].filter((change) => change !== undefined);
    if (changes.length === 0) {
      return options.json ? printJson({ written: [] }) : print("All is set up already.");
    }
    const shown = options.json ? (/** @type {string} */ line) => process.stderr.write(`${line}\n`) : print;
    changes.forEach(({ file, added }) => shown(`${file}\n${added.map((line) => `+ ${line}`).join("\n")}\n`));
    if (!options.yes && !(await confirm("Write this?"))) {
      throw new CommandFailure("nothing was written");
    }
    changes.forEach(({ file, content }) => writeFileSync(join(process.cwd(), file), content));
    const written = changes.map(({ file }) => file);
    const next = "Next: npx nextjs-dynamodb-cache create-table, then npx nextjs-dynamodb-cache doctor";
    options.json ? printJson({ written }) : print(`Written: ${written.join(", ")}\n${next}`);
  },
};

/** @param {string | undefined} table */
function handlerChange(table) {
  if (existsSync(join(process.cwd(), HANDLER))) {
    return undefined;
  }
  const options = table === undefined ? "{}" : `{ tableName: ${JSON.stringify(table)} }`;
  const lines = [
    'import { DynamoDBCacheHandler } from "nextjs-dynamodb-cache";',
    "",
    `export default DynamoDBCacheHandler.configure(${options});`,
  ];
  return { file: HANDLER, added: lines, content: `${lines.join("\n")}\n` };
}

/**
 * @param {string} file
 * @param {ReturnType<typeof handlerChange>} handler
 */
function configChange(file, handler) {
  const content = readFileSync(join(process.cwd(), file), "utf8");
  if (/\bcacheHandler\b/.test(content)) {
    return undefined;
  }
  // Next loads next.config.js as CommonJS unless the package is a module.
  const isCommonJs = /module\.exports/.test(content);
  const path = isCommonJs ? `require.resolve("./${HANDLER}")` : `decodeURIComponent(new URL("./${HANDLER}", import.meta.url).pathname)`;
  const added = [`  cacheHandler: ${path},`, "  cacheMaxMemorySize: 0, // Next's own memory would hide what other instances do"];
  const start = OBJECT.exec(content);
  if (!start) {
    const also = handler ? `\nand write ${HANDLER} beside it:\n${handler.content.trimEnd()}` : "";
    throw new CommandFailure(`${file} has another form than this command knows; add to its configuration:\n${added.join("\n")}${also}`);
  }
  const at = start.index + start[0].length;
  const end = content.includes("\r\n") ? "\r\n" : "\n";
  const before = start[0].endsWith("\n") ? "" : end;
  return { file, added, content: `${content.slice(0, at)}${before}${added.join(end)}${end}${content.slice(at).replace(/^[ \t]*\}/, "}")}` };
}
