// stats: how many rows, how large, and what keeping them costs.

import { withAdmin } from "../../admin.mjs";
import { messageOf } from "../../complaints.mjs";
import { printable } from "../../printable.mjs";
import { saved, size } from "../amounts.mjs";
import { WrongCommandLine, columns, print, printJson } from "../output.mjs";
import { DOLLARS_PER_GB_MONTH, dollarsOf } from "../prices.mjs";
import { pagesOf } from "../rows.mjs";
import { PATIENT } from "../table-options.mjs";

/** What DynamoDB adds to a row for keeping it: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
const ROW_OVERHEAD_BYTES = 100;
const TAGS_SHOWN = 15;
const DAYS_OF_A_MONTH = 30;

/** @type {import("../main.mjs").CommandFile} */
export const stats = {
  name: "stats",
  summary: "count rows and bytes, by kind and by tag",
  details: `Reads the whole table (dynamodb:Scan), which costs its size in read units; it says how many. What the table has consumed comes from CloudWatch,
where cloudwatch:GetMetricStatistics is allowed.

Example:
  npx nextjs-dynamodb-cache stats --table my-app-cache`,
  configure: (command) => command.option("--days <number>", "of how many days the consumption is asked", "14"),
  async run({ options, table }) {
    const days = Number(options.days);
    if (!Number.isInteger(days) || days < 1 || days > 60) {
      throw new WrongCommandLine(`--days takes a number from 1 to 60, not ${options.days}`);
    }
    const report = await withAdmin({ ...PATIENT, ...table }, async (admin) => ({
      ...(await reportOf(admin)),
      consumption: await consumptionOf(admin, days),
    }));
    if (options.json) {
      return printJson(report);
    }
    const { rows, kinds, tags, entries, rawBytes, storedBytes, scanUnits, dollars, expired } = report;
    print(columns([["ROWS", ""], ...Object.entries(rows).map(([role, count]) => [role, String(count)])]));
    print("");
    print(columns([["KIND", "ENTRIES", "RAW", "STORED"], ...kinds.map(({ kind, entries: count, rawBytes: raw, storedBytes: stored }) => [kind, String(count), size(raw), size(stored)])]));
    if (tags.length > 0) {
      print("");
      print(columns([["TAG", "ENTRIES"], ...tags.slice(0, TAGS_SHOWN).map(({ tag, entries: count }) => [printable(tag), String(count)])]));
      if (tags.length > TAGS_SHOWN) {
        print(`and ${tags.length - TAGS_SHOWN} more`);
      }
    }
    print("");
    print(`${entries} entries, ${expired} of them past their time; ${size(rawBytes)} as values, ${size(storedBytes)} stored (${saved({ raw: rawBytes, stored: storedBytes })} saved)`);
    print(`keeping them costs about $${dollars.storagePerMonth.toFixed(2)} a month; this listing took ${scanUnits} read units, $${dollars.thisScan.toFixed(6)}`);
    print(lineOf(report.consumption));
  },
};

/**
 * What was consumed lately, and what a month of it costs on demand. An emulator has no CloudWatch, so it is asked where the table is at AWS, or
 * where its own address is configured.
 *
 * @param {import("../rows.mjs").Admin} admin
 * @param {number} days
 * @returns {Promise<{ days: number, readUnits?: number, writeUnits?: number, dollarsPerMonth?: number, unknown?: string }>}
 */
async function consumptionOf(admin, days) {
  const { endpointFrom } = await admin.whereabouts();
  if (endpointFrom !== "the region" && !process.env.AWS_ENDPOINT_URL_CLOUDWATCH && !process.env.AWS_ENDPOINT_URL) {
    return { days, unknown: `the endpoint comes from ${endpointFrom}: for a table at AWS, set AWS_ENDPOINT_URL_CLOUDWATCH` };
  }
  try {
    const { readUnits, writeUnits } = await admin.consumption(days);
    const dollarsPerMonth = (dollarsOf({ read: readUnits, write: writeUnits }) / days) * DAYS_OF_A_MONTH;
    return { days, readUnits, writeUnits, dollarsPerMonth };
  } catch (error) {
    return { days, unknown: `${messageOf(error)}: allow cloudwatch:GetMetricStatistics` };
  }
}

/** @param {Awaited<ReturnType<typeof consumptionOf>>} consumption */
function lineOf({ days, readUnits = 0, writeUnits = 0, dollarsPerMonth = 0, unknown }) {
  if (unknown) {
    return `what the table has consumed is not known: ${unknown}`;
  }
  const units = `${Math.round(readUnits)} read and ${Math.round(writeUnits)} write units in ${days} days`;
  return `the table and its index took ${units}: on demand about $${dollarsPerMonth.toFixed(2)} a month`;
}

/** @param {import("../rows.mjs").Admin} admin */
async function reportOf(admin) {
  /** @type {Record<string, number>} */
  const rows = { entry: 0, part: 0, sentinel: 0, tagState: 0, log: 0 };
  /** @type {Map<string, { kind: string, entries: number, rawBytes: number, storedBytes: number }>} */
  const kinds = new Map();
  /** @type {Map<string, number>} */
  const tags = new Map();
  let [rowBytes, expired] = [0, 0];
  for await (const page of pagesOf(admin)) {
    for (const { row, role, says, expiresAtS } of page) {
      rows[role] = (rows[role] ?? 0) + 1;
      rowBytes += row.length + ROW_OVERHEAD_BYTES + (says?.storedBytes ?? 0);
      if (role === "entry") {
        expired += expiresAtS !== null && expiresAtS * 1_000 < Date.now() ? 1 : 0;
        const kind = kinds.get(says?.kind ?? "unreadable") ?? { kind: says?.kind ?? "unreadable", entries: 0, rawBytes: 0, storedBytes: 0 };
        kinds.set(kind.kind, { kind: kind.kind, entries: kind.entries + 1, rawBytes: kind.rawBytes + (says?.rawBytes ?? 0), storedBytes: kind.storedBytes + (says?.storedBytes ?? 0) });
        says?.tags.forEach((tag) => tags.set(tag, (tags.get(tag) ?? 0) + 1));
      }
    }
  }
  const all = [...kinds.values()].sort((a, b) => b.storedBytes - a.storedBytes);
  const sum = (/** @type {"rawBytes" | "storedBytes"} */ name) => all.reduce((total, kind) => total + kind[name], 0);
  const scanUnits = Math.ceil(rowBytes / 4_096 / 2);
  return {
    rows,
    entries: rows.entry ?? 0,
    expired,
    kinds: all,
    tags: [...tags].map(([tag, entries]) => ({ tag, entries })).sort((a, b) => b.entries - a.entries),
    rawBytes: sum("rawBytes"),
    storedBytes: sum("storedBytes"),
    rowBytes,
    scanUnits,
    dollars: {
      storagePerMonth: (rowBytes / 1e9) * DOLLARS_PER_GB_MONTH,
      thisScan: dollarsOf({ read: scanUnits, write: 0 }),
    },
  };
}
