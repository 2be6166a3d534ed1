// Tags as Next has them.

/** What Next's revalidatePath puts before a path. */
const PATH_TAG = "_N_T_";

/**
 * The tags that stand for tags and paths.
 *
 * @param {{ tags?: string[], paths?: string[] }} named
 */
export function tagsOf({ tags = [], paths = [] }) {
  return [...tags, ...paths.map((path) => `${PATH_TAG}${path}`)];
}
