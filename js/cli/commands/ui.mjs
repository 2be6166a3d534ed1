// ui: a window on the table, in the browser.

import { WrongCommandLine, print, printJson, say } from "../output.mjs";
import { nameOf } from "../table-options.mjs";
import { serve } from "../ui/server.mjs";
import { tableRoutes } from "../ui/table-routes.mjs";
import { createTelemetry } from "../ui/telemetry.mjs";

const PORT = 4983;

/** @type {import("../main.mjs").CommandFile} */
export const ui = {
  name: "ui",
  summary: "open a window on the table: entries, revalidations, live figures",
  details: `Serves a page on this machine alone (127.0.0.1), whose address holds a token. It only reads, unless --write is given: then it can
revalidate tags and paths, and purge an entry. It reads the table page by page, when it is asked to, and says what that cost.
Instances that report appear under Live: onEvent: createReporter() of nextjs-dynamodb-cache/reporter, with the address in
NEXT_CACHE_WINDOW_URL.

Needs dynamodb:Scan, DescribeTable, DescribeTimeToLive, GetItem, BatchGetItem; with --write what revalidate and purge need.

Examples:
  npx nextjs-dynamodb-cache ui --table my-app-cache
  npx nextjs-dynamodb-cache ui --write --port 8080`,
  configure: (command) =>
    command
      .option("--port <number>", "the port to listen on; 0 is any that is free", String(PORT))
      .option("--write", "allow the buttons that revalidate and purge"),
  async run({ options, table = {} }) {
    const port = Number(options.port);
    if (!(Number.isInteger(port) && port >= 0 && port < 65_536)) {
      throw new WrongCommandLine(`--port takes a number up to 65535, not ${options.port}`);
    }
    const name = nameOf(table);
    const telemetry = createTelemetry();
    const { address, close } = await serve({
      port,
      routes: {
        ...tableRoutes(table, { canWrite: options.write === true, name }),
        "GET /api/live": () => telemetry.report(),
        "POST /api/events": ({ body }) => ({ accepted: telemetry.add(body) }),
      },
    });
    options.json ? printJson({ address, table: name }) : print(`${name}: ${address}`);
    say(`${options.write ? "It may revalidate and purge." : "It only reads; --write allows its buttons."} Ctrl-C ends it.`);
    // Ctrl-C is how it ends, and no interruption.
    process.removeAllListeners("SIGINT");
    await new Promise((resolve) => process.once("SIGINT", resolve));
    await close();
  },
};
