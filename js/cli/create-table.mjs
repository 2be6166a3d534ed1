#!/usr/bin/env node
// npx nextjs-dynamodb-cache-create-table, as it was published: the command create-table under its own name.

process.argv.splice(2, 0, "create-table");
await import("./main.mjs");
