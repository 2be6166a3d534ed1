// What a request takes from another, or has read itself, before a revalidation: since Next 16.3 it asks no handler for it, and keeps it.

import assert from "node:assert/strict";
import { act, until, visit } from "../../e2e/browse.mjs";

/** Beyond what Next's own handlers do. @type {import("./use-cache.mjs").Check[]} */
export const JOINED = [
  {
    name: "what has joined a render that began before a revalidation is served to nobody after it",
    async run({ a, b, origin }) {
      const rendering = visit(a, "/slow/joined");
      await until("the origin is asked", async () => origin.count("/slow/joined") === 1);
      await act(b, "expireTag", "slow-joined");
      // Next 16.3 and later give it what the other has begun, and ask nobody.
      await visit(a, "/around/joined");
      assert.equal((await rendering).content, "/slow/joined 1");
      for (const instance of [a, b]) {
        assert.equal((await visit(instance, "/around/joined")).content, "around /slow/joined 2");
      }
    },
  },
  {
    name: "what a request has read before a revalidation is in nothing that it renders after it and others are served",
    async run({ a, b, origin }) {
      const rendering = visit(a, "/twice/one");
      await until("it waits", async () => origin.count("/slow/between-one") === 1);
      await act(a, "expireTag", "slow-one");
      await rendering;
      for (const instance of [a, b]) {
        assert.match(String((await visit(instance, "/twice/one")).content), /^outer of .* [^1]$/);
      }
    },
  },
  {
    name: "nor is what it has joined before that",
    async run({ a, b, origin }) {
      const rendering = visit(a, "/slow/both");
      await until("the origin is asked", async () => origin.count("/slow/both") === 1);
      await act(b, "expireTag", "slow-both");
      await visit(a, "/twice/both");
      assert.equal((await rendering).content, "/slow/both 1");
      for (const instance of [a, b]) {
        assert.equal((await visit(instance, "/twice/both")).content, "outer of /slow/both 2");
      }
    },
  },
  {
    name: "nor is what it has joined that was whole by then",
    async run({ a, b, origin }) {
      const rendering = visit(a, "/slow/whole");
      await until("the origin is asked", async () => origin.count("/slow/whole") === 1);
      const joining = visit(a, "/twice/whole");
      assert.equal((await rendering).content, "/slow/whole 1");
      await until("it waits", async () => origin.count("/slow/between-whole") === 1);
      await act(a, "expireTag", "slow-whole");
      await joining;
      for (const instance of [a, b]) {
        assert.equal((await visit(instance, "/twice/whole")).content, "outer of /slow/whole 2");
      }
    },
  },
];
