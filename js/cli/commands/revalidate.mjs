// revalidate: a tag or a path, for every instance.

import { createCacheClient } from "../../entries/client.mjs";
import { WrongCommandLine, print, printJson } from "../output.mjs";
import { PATIENT } from "../table-options.mjs";
import { tagsOf } from "../tags.mjs";

/** @type {import("../main.mjs").CommandFile} */
export const revalidate = {
  name: "revalidate",
  summary: "revalidate tags or paths for every instance",
  details: `What revalidateTag, updateTag and revalidatePath do. At once, or with --soft stale now and expired after so many seconds.

Needs dynamodb:UpdateItem, GetItem, Query on the index, DeleteItem.

Examples:
  npx nextjs-dynamodb-cache revalidate --tag posts
  npx nextjs-dynamodb-cache revalidate --tag posts --soft 3600
  npx nextjs-dynamodb-cache revalidate --path /blog/hello`,
  configure: (command) =>
    command
      .option("--tag <tag...>", "a tag")
      .option("--path <path...>", "a path, as revalidatePath takes it; a route with a dynamic part also takes its kind: '/blog/[slug]/page'")
      .option("--soft [seconds]", "serve what is there once more; it expires after so many seconds (never, without a number)"),
  async run({ options, table }) {
    const tags = tagsOf({ tags: options.tag, paths: options.path });
    if (tags.length === 0) {
      throw new WrongCommandLine("name what to revalidate: --tag TAG or --path PATH");
    }
    const seconds = typeof options.soft === "string" ? Number(options.soft) : undefined;
    if (seconds !== undefined && !(Number.isInteger(seconds) && seconds >= 0)) {
      throw new WrongCommandLine(`--soft takes a whole number of seconds, not ${options.soft}`);
    }
    // The client's line would promise that it is tried again, which ends with this process; what failed is said at the end.
    const client = createCacheClient({ ...PATIENT, log: { ...PATIENT.log, error() {} }, ...table });
    await client.revalidateTag(tags, options.soft === undefined ? undefined : seconds === undefined ? {} : { expire: seconds });
    const how = options.soft === undefined ? "expired" : "stale";
    options.json ? printJson({ tags, how, expireSeconds: seconds ?? null }) : print(`${tags.join(", ")}: ${how} on every instance`);
  },
};
