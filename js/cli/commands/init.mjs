// init: the handler's file and the lines of next.config, after they were shown.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CommandFailure, confirm, print, printJson } from "../output.mjs";

const HANDLER = "cache-handler.mjs";
const USE_CACHE_HANDLER = "use-cache-handler.mjs";
const PACKAGE = "nextjs-dynamodb-cache";
const CONFIGS = ["next.config.ts", "next.config.mjs", "next.config.js"];
/** Where an object of configuration begins, in the forms that create-next-app and Next's documentation use. */
const OBJECT = /^(?:export default|(?:const|let) \w+(?:\s*:\s*[\w.]+)?\s*=|module\.exports\s*=)\s*\{(?:[ \t]*\r?\n|(?=[ \t]*\}))/m;

/** @type {import("../main.mjs").CommandFile} */
export const init = {
  name: "init",
  summary: "set an application up: cache-handler.mjs and the lines of next.config",
  details: `Run it in the application's folder. It shows what it would write and asks; what is there already stays as it is. Where the configuration
has cacheComponents: true, it writes the handler of 'use cache' too.

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
    const content = readFileSync(join(process.cwd(), config), "utf8");
    // Below experimental it is of a Next that has cacheHandlers there as well.
    const usesCache = /\bcacheComponents\s*:\s*true\b/.test(content) && !/\bcacheHandlers\b|\bexperimental\b[^}]*\bcacheComponents\b/.test(content);
    const singular = { from: PACKAGE, name: "DynamoDBCacheHandler", made: "DynamoDBCacheHandler.configure" };
    const plural = { from: `${PACKAGE}/use-cache`, name: "createUseCacheHandler", made: "createUseCacheHandler" };
    const handlers = [
      handlerChange(HANDLER, singular, options.table),
      usesCache ? handlerChange(USE_CACHE_HANDLER, plural, options.table) : undefined,
    ].filter((change) => change !== undefined);
    const changed = configChange(config, content, usesCache, handlers);
    const changes = changed ? [...handlers, changed] : handlers;
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

/**
 * A file of the application's that makes a handler.
 *
 * @param {string} file
 * @param {{ from: string, name: string, made: string }} exported
 * @param {string | undefined} table
 */
function handlerChange(file, { from, name, made }, table) {
  if (existsSync(join(process.cwd(), file))) {
    return undefined;
  }
  const options = table === undefined ? "{}" : `{ tableName: ${JSON.stringify(table)} }`;
  const lines = [`import { ${name} } from "${from}";`, "", `export default ${made}(${options});`];
  return { file, added: lines, content: `${lines.join("\n")}\n` };
}

/**
 * @param {string} file
 * @param {string} content
 * @param {boolean} usesCache whether `'use cache'` needs its handlers
 * @param {{ file: string, content: string }[]} handlers that are to be written, too
 */
function configChange(file, content, usesCache, handlers) {
  // Next loads next.config.js as CommonJS unless the package is a module.
  const isCommonJs = /module\.exports/.test(content);
  const pathOf = (/** @type {string} */ name) =>
    isCommonJs ? `require.resolve("./${name}")` : `fileURLToPath(new URL("./${name}", import.meta.url))`;
  const added = [
    ...(/\bcacheHandler\b/.test(content)
      ? []
      : [`  cacheHandler: ${pathOf(HANDLER)},`, "  cacheMaxMemorySize: 0, // Next's own memory would hide what other instances do"]),
    ...(usesCache ? ["  cacheHandlers: {", `    default: ${pathOf(USE_CACHE_HANDLER)},`, `    remote: ${pathOf(USE_CACHE_HANDLER)},`, "  },"] : []),
  ];
  if (added.length === 0) {
    return undefined;
  }
  const imports = isCommonJs || /\bfileURLToPath\b/.test(content) ? [] : ['import { fileURLToPath } from "node:url";'];
  const start = OBJECT.exec(content);
  if (!start) {
    const also = handlers.map((handler) => `\nand write ${handler.file} beside it:\n${handler.content.trimEnd()}`).join("");
    throw new CommandFailure(`${file} has another form than this command knows; add to its configuration:\n${[...imports, ...added].join("\n")}${also}`);
  }
  const end = content.includes("\r\n") ? "\r\n" : "\n";
  const lines = (/** @type {string[]} */ all) => all.map((line) => `${line}${end}`).join("");
  // Behind comments such as // @ts-check, which count at the beginning alone.
  const top = /^(?:\/\/.*\r?\n)*/.exec(content)?.[0].length ?? 0;
  const at = start.index + start[0].length;
  const before = start[0].endsWith("\n") ? "" : end;
  const rest = content.slice(at).replace(/^[ \t]*\}/, "}");
  return { file, added: [...imports, ...added], content: `${content.slice(0, top)}${lines(imports)}${content.slice(top, at)}${before}${lines(added)}${rest}` };
}
