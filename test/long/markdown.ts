/** Tables for the reports. */

/** A cell. */
export type Cell = string | number;

/** Lines of a table, and an empty one. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): readonly string[] {
  const line = (cells: readonly Cell[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line), ""];
}
