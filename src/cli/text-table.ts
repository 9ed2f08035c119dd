/** Rows as aligned columns, two spaces apart; the last column is not padded. Columns of numbers stand to the right. */
export function textTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const numeric = header.map((_, at) => rows.length > 0 && rows.every((row) => isNumber(row[at])));
  const widths = header.map((title, at) =>
    Math.max(title.length, ...rows.map((row) => (row[at] ?? "").length)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => {
        const width = widths[at] ?? 0;
        return numeric[at] ? cell.padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd();
  return [header, ...rows].map((cells) => `${line(cells)}\n`).join("");
}

const isNumber = (cell: string | undefined): boolean => /^(-|[\d.]+)$/.test(cell ?? "");
