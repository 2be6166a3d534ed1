// The pages that the demo shows, and how each is revalidated.

export const EXHIBITS = [
  {
    id: "news",
    title: "News",
    path: "/news",
    tag: "news",
    about: "App Router, prerendered by the build: the first visit after a start is a hit from the build's own output.",
  },
  {
    id: "story",
    title: "Story",
    path: "/stories/the-keeper",
    tag: "stories",
    about: "App Router, rendered at its first visit, and again after 30 seconds. Both serve what either has rendered.",
  },
  {
    id: "legacy",
    title: "Legacy",
    path: "/legacy",
    about: "Pages Router, prerendered by the build. It has no tags: res.revalidate() renders it anew.",
  },
];

/** @param {unknown} id */
export function exhibit(id) {
  return EXHIBITS.find((candidate) => candidate.id === id);
}
