// doctor: who sends where, whether the table is as it should be and every action is allowed; and what to do where not.

import { withAdmin } from "../../admin.mjs";
import { messageOf } from "../../complaints.mjs";
import { size, span } from "../amounts.mjs";
import { CommandFailure, print, printJson } from "../output.mjs";
import { PATIENT, nameOf } from "../table-options.mjs";

/** What a running application uses. */
const ACTIONS = ["GetItem", "BatchGetItem", "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "Query"];
const MAX_SKEW_MS = 60_000;
const SLOW_MS = 150;

/**
 * @typedef {object} Finding
 * @property {string} check
 * @property {"ok" | "warning" | "failed"} status
 * @property {string} found
 * @property {string} [todo]
 */

/** @type {import("../main.mjs").CommandFile} */
export const doctor = {
  name: "doctor",
  summary: "check credentials, table and permissions, and say what to fix",
  details: `Run it where the application runs, with its environment. It shows no key. What it tries changes nothing: every write is
conditional on a row that is not there, and the one that cannot be (BatchWriteItem) deletes a row that is not there.

Needs what the application needs, and dynamodb:DescribeTable, DescribeTimeToLive; sts:GetCallerIdentity always works on AWS.

Exit code 1 when a check failed; a warning is none.`,
  async run({ options, table }) {
    /** @type {Finding[]} */
    const findings = [];
    const note = (/** @type {Finding} */ finding) => {
      findings.push(finding);
      if (!options.json) {
        const mark = { ok: "ok     ", warning: "warning", failed: "FAILED " }[finding.status];
        print(`${mark}  ${finding.check}: ${finding.found}${finding.todo ? `\n         → ${finding.todo}` : ""}`);
      }
    };
    await withAdmin({ ...PATIENT, ...table }, (admin) => examine(admin, note, nameOf(table)));
    const failed = findings.filter(({ status }) => status === "failed").length;
    if (options.json) {
      printJson({ healthy: failed === 0, findings });
    } else {
      print(failed === 0 ? "\nAll that the application needs is there." : `\n${failed} ${failed === 1 ? "check" : "checks"} failed.`);
    }
    if (failed > 0) {
      throw new CommandFailure("");
    }
  },
};

/**
 * @param {import("../../../pkg/admin-bindings.js").Admin} admin
 * @param {(finding: Finding) => void} note
 * @param {string} tableName
 */
async function examine(admin, note, tableName) {
  const where = await admin.whereabouts().catch((/** @type {unknown} */ error) => {
    const todo = "docs/credentials.md of the package lists where they are looked for, and in which order";
    note({ check: "credentials", status: "failed", found: messageOf(error), todo });
  });
  if (!where) {
    return;
  }
  const { credentialsFrom, credentialsExpireAtMs, region, regionFrom, endpoint, endpointFrom } = where;
  const left = credentialsExpireAtMs ? `, good for ${span((credentialsExpireAtMs - Date.now()) / 1_000)}` : "";
  note({ check: "credentials", status: "ok", found: `from ${credentialsFrom}${left}` });
  await noteIdentity(admin, note, endpointFrom);
  const isDefault = regionFrom.startsWith("nothing");
  note({
    check: "region",
    status: isDefault ? "warning" : "ok",
    found: `${region} (from ${regionFrom})`,
    ...(isDefault && { todo: "set AWS_REGION, or the option region" }),
  });
  note({ check: "endpoint", status: "ok", found: `${endpoint} (from ${endpointFrom})` });
  if (await noteTable(admin, note, tableName, region)) {
    for (const action of ACTIONS) {
      await noteAction(admin, note, action, tableName);
    }
    await noteLog(admin, note);
    const skewMs = admin.clockSkewMs();
    const ahead = `AWS's clock is ${span(skewMs / 1_000)} ${skewMs > 0 ? "ahead of" : "behind"} this machine's`;
    note(
      Math.abs(skewMs) > MAX_SKEW_MS
        ? { check: "clock", status: "warning", found: ahead, todo: "it is corrected for every request; have the host's clock synchronized" }
        : { check: "clock", status: "ok", found: "no request was refused for it" },
    );
  }
}

/**
 * @param {import("../../../pkg/admin-bindings.js").Admin} admin
 * @param {(finding: Finding) => void} note
 * @param {string} endpointFrom
 */
async function noteIdentity(admin, note, endpointFrom) {
  if (endpointFrom !== "the region" && endpointFrom !== "the profile" && !process.env.AWS_ENDPOINT_URL_STS) {
    // An emulator's keys are nobody's, and AWS must not see them.
    note({ check: "identity", status: "ok", found: `not asked for: the endpoint is not AWS's own (${endpointFrom})` });
    return;
  }
  try {
    const { account, arn } = await admin.identity();
    note({ check: "identity", status: "ok", found: `account ${account}, ${arn}` });
  } catch (error) {
    const todo = "the keys may be wrong or out of date, or STS is not reachable from here; the checks below tell";
    note({ check: "identity", status: "warning", found: messageOf(error), todo });
  }
}

/**
 * @param {import("../../../pkg/admin-bindings.js").Admin} admin
 * @param {(finding: Finding) => void} note
 * @param {string} tableName
 * @param {string} region
 * @returns {Promise<boolean>} whether there is a table to try actions on
 */
async function noteTable(admin, note, tableName, region) {
  const create = `npx nextjs-dynamodb-cache create-table --table ${tableName} --region ${region}`;
  let facts;
  try {
    facts = await admin.tableFacts();
  } catch (error) {
    const code = /** @type {{ code?: string }} */ (error).code ?? "";
    const isRefused = code.includes("AccessDenied");
    const todo = isRefused
      ? "allow dynamodb:DescribeTable and DescribeTimeToLive to whoever runs this; the application itself needs neither"
      : "is the endpoint reachable from here, and are the keys of this account?";
    note({ check: "table", status: isRefused ? "warning" : "failed", found: `${tableName}: ${messageOf(error)}`, todo });
    return isRefused;
  }
  if (!facts) {
    note({ check: "table", status: "failed", found: `there is no table ${tableName} in ${region}`, todo: create });
    return false;
  }
  const { status, keySchema, indexStatus, indexKeySchema, billingMode, ttlAttribute, itemCount, sizeBytes } = facts;
  const isActive = status === "ACTIVE" || status === "UPDATING";
  const about = `${tableName} is ${status}, ${billingMode}, ${itemCount} rows and ${size(sizeBytes)} some hours ago`;
  note({ check: "table", status: isActive ? "ok" : "failed", found: about, ...(!isActive && { todo: "wait until it is active" }) });
  const hasKey = keySchema.join() === '"key" (HASH)';
  note({
    check: "table key",
    status: hasKey ? "ok" : "failed",
    found: keySchema.join(", "),
    ...(!hasKey && { todo: `it must be the string "key": give the cache a table of its own: ${create.replace(tableName, "NAME")}` }),
  });
  const hasIndex = indexStatus === "ACTIVE" && indexKeySchema.join() === '"tag" (HASH)';
  note({
    check: "tag index",
    status: hasIndex ? "ok" : "failed",
    found: indexStatus === null ? "missing" : `${indexStatus}, ${indexKeySchema.join(", ")}`,
    ...(!hasIndex && { todo: `${create} adds it (revalidations are right without it; their sweep is not)` }),
  });
  const hasTtl = ttlAttribute === "expiresAt";
  note({
    check: "time to live",
    status: hasTtl ? "ok" : "warning",
    found: ttlAttribute === null ? "off: rows are not removed when they expire" : `on ${JSON.stringify(ttlAttribute)}`,
    ...(!hasTtl && { todo: `${create} turns it on` }),
  });
  return isActive;
}

/**
 * While it cannot be read, nothing is served from the table, and no revalidation is confirmed.
 *
 * @param {import("../../../pkg/admin-bindings.js").Admin} admin
 * @param {(finding: Finding) => void} note
 */
async function noteLog(admin, note) {
  try {
    await admin.logEvents();
    note({ check: "revalidation log", status: "ok", found: "readable" });
  } catch (error) {
    if (/** @type {{ code?: string }} */ (error).code === "UnreadableResponse") {
      const todo = "who else writes to the table? If it was no later version of this package, delete the table and create it again";
      note({ check: "revalidation log", status: "failed", found: messageOf(error), todo });
    }
    // What else fails is said of the actions.
  }
}

/**
 * @param {import("../../../pkg/admin-bindings.js").Admin} admin
 * @param {(finding: Finding) => void} note
 * @param {string} action
 * @param {string} tableName
 */
async function noteAction(admin, note, action, tableName) {
  const { isAllowed, code, message, tookMs } = await admin.probe(action);
  if (isAllowed) {
    const slow = tookMs > SLOW_MS ? `, ${tookMs} ms: gets have a budget of readTimeoutMs, 300 ms` : `, ${tookMs} ms`;
    note({ check: `dynamodb:${action}`, status: "ok", found: `allowed${slow}` });
    return;
  }
  const resource = action === "Query" ? `table/${tableName}/index/*` : `table/${tableName}`;
  const todo = String(code).includes("AccessDenied")
    ? `add dynamodb:${action} on arn:aws:dynamodb:*:*:${resource} to the role's policy`
    : "see docs/operations.md of the package for this error";
  note({ check: `dynamodb:${action}`, status: "failed", found: `${code}: ${message}`, todo });
}
