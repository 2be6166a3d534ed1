// Certificates for one test run, made by the openssl program: an authority, and servers that it vouches for.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import tls from "node:tls";
import { createHttpClient } from "../../js/runtime/http/client.mjs";
import { fetchOver } from "../shipped-fetch.mjs";

const require = createRequire(import.meta.url);
const KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];

/** The authority's certificate, one for this machine, one for another, and one that nobody vouches for. */
export function makeCertificates() {
  const folder = mkdtempSync(join(tmpdir(), "fault-certificates-"));
  try {
    const authority = selfSigned(folder, "authority", "IP:127.0.0.1");
    return {
      ca: authority.cert,
      good: signed(folder, "good", "IP:127.0.0.1,DNS:localhost"),
      otherHost: signed(folder, "other-host", "DNS:dynamodb.example.com"),
      selfSigned: selfSigned(folder, "self-signed", "IP:127.0.0.1"),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * The HTTP that ships, trusting one more authority: what NODE_EXTRA_CA_CERTS does for a whole process.
 *
 * @param {Buffer} ca
 */
export function fetchTrusting(ca) {
  const connect = (/** @type {tls.ConnectionOptions} */ options) => tls.connect({ ...options, ca });
  const builtin = (/** @type {string} */ name) => (name === "node:tls" ? { connect } : require(name));
  return fetchOver(createHttpClient({ builtin, outsideRequest: (run) => run() }).exchange);
}

/**
 * @param {string} folder
 * @param {string} name
 * @param {string} subject
 */
function selfSigned(folder, name, subject) {
  const files = ["-keyout", `${name}.key`, "-out", `${name}.crt`];
  openssl(folder, ["req", "-x509", ...KEY, ...files, "-subj", `/CN=${name}`, "-addext", `subjectAltName=${subject}`]);
  return pair(folder, name);
}

/**
 * @param {string} folder
 * @param {string} name
 * @param {string} subject
 */
function signed(folder, name, subject) {
  const [key, request, certificate, extensions] = [`${name}.key`, `${name}.csr`, `${name}.crt`, `${name}.ext`];
  openssl(folder, ["req", "-new", ...KEY.slice(0, -2), "-keyout", key, "-out", request, "-subj", `/CN=${name}`]);
  writeFileSync(join(folder, extensions), `subjectAltName=${subject}\n`);
  const by = ["-CA", "authority.crt", "-CAkey", "authority.key", "-CAcreateserial"];
  openssl(folder, ["x509", "-req", "-in", request, ...by, "-out", certificate, "-days", "2", "-extfile", extensions]);
  return pair(folder, name);
}

/**
 * @param {string} folder
 * @param {string[]} args
 */
function openssl(folder, args) {
  execFileSync("openssl", args, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
}

/**
 * @param {string} folder
 * @param {string} name
 */
function pair(folder, name) {
  return { key: readFileSync(join(folder, `${name}.key`)), cert: readFileSync(join(folder, `${name}.crt`)) };
}
