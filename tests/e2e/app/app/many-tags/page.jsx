import { Stamp, tagged } from "../../lib/stamp";

// Only by its tags: a build may be started long after it was made.
export const revalidate = false;

/** 150 tags: more than one BatchGetItem of tag rows would hold, and more than Next accepts for one fetch. */
export default async function ManyTags() {
  const tags = Array.from({ length: 150 }, (_, index) => `many-${index}`);
  await tagged(...tags.slice(0, 75));
  await tagged(...tags.slice(75));
  return <Stamp />;
}
