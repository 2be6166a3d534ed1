// Serves a module with the shape of a Worker in a runtime that has the web's interfaces and nothing of Node.js, which is
// what Deno is without these two: `deno run -A module-host.mjs MODULE`.

import { pathToFileURL } from "node:url";

const file = pathToFileURL(Deno.args[0]).href;
delete globalThis.Buffer;
delete globalThis.process;
const { default: worker } = await import(file);

const onListen = ({ port }) => console.log(`port ${port}`);
Deno.serve({ hostname: "127.0.0.1", port: 0, onListen }, (request) => worker.fetch(request));
