// Tables as Markdown has them.

/** @param {string[]} head @param {unknown[][]} lines */
export function table(head, lines) {
  const line = (/** @type {unknown[]} */ cells) => `| ${cells.join(" | ")} |`;
  return [line(head), `|${head.map(() => "---").join("|")}|`, ...lines.map(line)].join("\n");
}
