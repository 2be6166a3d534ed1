// Tags as Next has them.

/** What Next's revalidatePath puts before a path. */
const PATH_TAG = "_N_T_";

/** Next takes these two for one page. */
const HOME = ["/", "/index"];

/**
 * The tags that stand for tags and paths.
 *
 * @param {{ tags?: string[], paths?: string[] }} named
 */
export function tagsOf({ tags = [], paths = [] }) {
  const spelled = paths.flatMap(spellings).map((path) => `${PATH_TAG}${path}`);
  return [...new Set([...tags, ...spelled])];
}

/**
 * From Next 15 on, revalidatePath takes a slash at the end away; Next 14 leaves it.
 *
 * @param {string} path
 */
function spellings(path) {
  const bare = path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
  return HOME.includes(bare) ? HOME : [...new Set([bare, path])];
}
