// Links between documents, and the files that they name.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { test } from "node:test";
import { ROOT, documents } from "./documents.mjs";

const DOCUMENTS = documents();
const BY_PATH = new Map(DOCUMENTS.map((document) => [document.path, document]));

test("every link leads to a file, and to a heading of it", () => {
  const broken = DOCUMENTS.flatMap(({ path, prose }) =>
    linksOf(prose)
      .filter((target) => !leads(path, target))
      .map((target) => `${path}: ${target}`),
  );
  assert.deepEqual(broken, []);
  assert.ok(DOCUMENTS.flatMap(({ prose }) => linksOf(prose)).length > 25, "links are found at all");
});

test("every file of the repository that is named in passing is there", () => {
  const wrong = DOCUMENTS.filter(({ path }) => path !== "CHANGELOG.md").flatMap(({ path, prose }) =>
    [...prose.matchAll(/`((?:src|js|tests|docs|scripts|examples|infrastructure|types|model)\/[\w./-]*)`/g)]
      .filter(([, name = ""]) => !existsSync(join(ROOT, name)))
      .map(([, name]) => `${path}: ${name}`),
  );
  assert.deepEqual(wrong, []);
});

test("every document of docs/ is linked from the README, or from one that is", () => {
  /** @type {Set<string>} */
  const reached = new Set();
  const follow = (/** @type {string} */ path) => {
    if (!reached.has(path)) {
      reached.add(path);
      const targets = linksOf(BY_PATH.get(path)?.prose ?? "").map((target) => join(dirname(path), target.replace(/#.*$/, "")));
      targets.filter((target) => BY_PATH.has(target)).forEach(follow);
    }
  };
  follow("README.md");
  const unreached = DOCUMENTS.map(({ path }) => path).filter((path) => path.startsWith("docs/") && !reached.has(path));
  assert.deepEqual(unreached, []);
});

/** Relative links, and sources of pictures. @param {string} prose */
function linksOf(prose) {
  const words = prose.replaceAll(/`[^`\n]*`/g, (code) => "x".repeat(code.length));
  const targets = [...words.matchAll(/\]\(([^()\s]+)\)|(?:src|srcset|href)="([^"]+)"/g)].map(([, link, html]) => link ?? html ?? "");
  return targets.filter((target) => !/^[a-z]+:/.test(target));
}

/**
 * @param {string} from
 * @param {string} target
 */
function leads(from, target) {
  const [file = "", anchor] = target.split("#");
  const path = file ? normalize(join(dirname(from), file)) : from;
  if (path.startsWith("..") || !existsSync(join(ROOT, path))) {
    return false;
  }
  return anchor === undefined || BY_PATH.get(path)?.anchors.has(anchor) === true;
}
