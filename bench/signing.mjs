// Signing 200 bytes: the core's signer, natively, against the AWS SDK's, µs of each.

import { execFileSync } from "node:child_process";
import { createHash, createHmac } from "node:crypto";
import { fileURLToPath } from "node:url";
import { SignatureV4 } from "@smithy/signature-v4";
import { PLAIN_CREDENTIALS, REGION } from "./clients/settings.mjs";

const COUNT = 50_000;
const options = ["run", "--quiet", "--locked", "--profile=simulation", "--example=hot-paths", "--", "sign", String(COUNT)];
const root = fileURLToPath(new URL("..", import.meta.url));
const ownUs = Number(execFileSync("cargo", options, { cwd: root, stdio: ["ignore", "pipe", "inherit"] })) / 1_000;
console.log(JSON.stringify({ ownUs, smithyUs: await smithyUs() }));

async function smithyUs() {
  class Sha256 {
    constructor(secret) {
      this.hash = secret ? createHmac("sha256", secret) : createHash("sha256");
    }
    update(bytes) {
      this.hash.update(bytes);
    }
    async digest() {
      return this.hash.digest();
    }
  }
  const signer = new SignatureV4({ service: "dynamodb", region: REGION, credentials: PLAIN_CREDENTIALS, sha256: Sha256 });
  const headers = { host: "dynamodb.eu-central-1.amazonaws.com", "x-amz-target": "DynamoDB_20120810.BatchGetItem" };
  const request = { method: "POST", protocol: "https:", hostname: headers.host, path: "/", query: {}, headers, body: "x".repeat(200) };
  const sign = async (count) => {
    const began = performance.now();
    for (let index = 0; index < count; index += 1) {
      await signer.sign({ ...request, headers: { ...headers } });
    }
    return ((performance.now() - began) * 1_000) / count;
  };
  await sign(2_000);
  return sign(5_000);
}
