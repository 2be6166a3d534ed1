// A CMS calls this Worker when something was published: POST {"tags": ["posts"]} with the secret. When it has answered
// 200, no instance of the application serves what was rendered before.

import { createCacheClient } from "nextjs-dynamodb-cache/client";

/** One for all requests: it keeps the core and what it knows of the table. */
let cache;

export default {
  async fetch(request, env) {
    if (request.method !== "POST") {
      return Response.json({ error: 'POST {"tags": ["…"]}' }, { status: 405, headers: { allow: "POST" } });
    }
    // Without one, "undefined" would be it.
    if (!env.WEBHOOK_SECRET || !(await isSecret(request.headers.get("authorization") ?? "", `Bearer ${env.WEBHOOK_SECRET}`))) {
      return Response.json({ error: "who are you?" }, { status: 401 });
    }
    const tags = tagsOf(await request.json().catch(() => null));
    if (tags.length === 0) {
      return Response.json({ error: 'the body is {"tags": ["…"]}' }, { status: 400 });
    }
    try {
      cache ??= clientFor(env);
      await cache.revalidateTag(tags);
      return Response.json({ revalidated: tags });
    } catch (error) {
      // Not confirmed: a CMS calls again when the answer is a 5xx.
      return Response.json({ error: String(error) }, { status: 503, headers: { "retry-after": "5" } });
    }
  },
};

/** @param {any} body */
function tagsOf(body) {
  const tags = Array.isArray(body?.tags) ? body.tags : [];
  return tags.filter((tag) => typeof tag === "string" && tag !== "");
}

/** @param {any} env the Worker's variables and secrets */
function clientFor(env) {
  return createCacheClient({
    tableName: env.TABLE,
    region: env.AWS_REGION,
    endpoint: env.AWS_ENDPOINT_URL,
    credentials: { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY },
  });
}

/**
 * Compares digests, so that the time that it takes tells nothing of the secret.
 *
 * @param {string} given
 * @param {string} secret
 */
async function isSecret(given, secret) {
  const digest = async (text) => new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  const [a, b] = await Promise.all([digest(given), digest(secret)]);
  return a.reduce((difference, byte, index) => difference | (byte ^ b[index]), 0) === 0;
}
