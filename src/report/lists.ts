import { createPage } from "./page.ts";
import { cut, displayWidth } from "./width.ts";

/** Columns of the widest cell that is not the last. */
const WIDEST_CELL = 40;
/** Columns that the last cell needs beside the others; with fewer it stands below them. */
const ROOM = 20;

/**
 * A table for a terminal: cells padded to their column, the last one wrapped. Where it is too narrow, the last cell
 * stands on a line of its own below the others.
 * @param columns the titles; @param rows cells in the order of the titles; @param width columns of the terminal.
 */
export function renderTable(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  width: number,
): string {
  const page = createPage({ width, colour: false });
  const head = columns.map((title) => title.toUpperCase());
  const leading = head.slice(0, -1);
  const widths = leading.map((title, index) =>
    Math.max(...[title, ...rows.map((row) => fit(row[index]))].map(displayWidth)),
  );
  const lead = widths.reduce((sum, column) => sum + column + 2, 0);
  const beside = leading.length === 0 || page.width - lead >= ROOM;
  const add = (row: readonly string[]) => {
    const cells = widths.map((column, index) => {
      const text = fit(row[index]);
      return text + " ".repeat(column - displayWidth(text));
    });
    const last = row[leading.length] ?? "";
    if (cells.length === 0) {
      page.add(last);
    } else if (beside) {
      page.add(last, { prefix: [{ text: `${cells.join("  ")} ` }], hang: lead });
    } else {
      page.add(cells.map((cell) => cell.trimEnd()).join(" · "));
      if (last !== "") page.add(last, { indent: 4 });
    }
  };
  add(head);
  for (const row of rows) add(row);
  return page.text();
}

function fit(cell: string | undefined): string {
  return cut(cell ?? "", WIDEST_CELL);
}
