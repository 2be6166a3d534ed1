// In place of a CMS: posts that say when they were asked for.

const TITLES = { first: "The first post", second: "The second post" };

export function slugs() {
  return Object.keys(TITLES);
}

/** @param {string} slug */
export async function readPost(slug) {
  return { slug, title: TITLES[slug] ?? `A post about ${slug}`, readAt: new Date().toISOString() };
}
