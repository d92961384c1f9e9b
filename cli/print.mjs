// @ts-check
// What people see: tables with aligned columns, facts under each other. What a server says is never
// trusted to move the cursor: control characters are dropped (threats 040).

/**
 * Rows under a headline, columns as wide as they need; a sentence when there are none.
 *
 * @param {readonly string[]} headings
 * @param {readonly (readonly unknown[])[]} rows
 * @param {string} whenEmpty
 */
export function renderTable(headings, rows, whenEmpty) {
  if (rows.length === 0) return whenEmpty;
  const lines = [headings, ...rows].map((row) => row.map(clean));
  const widths = headings.map((_, column) =>
    Math.max(...lines.map((line) => [...(line[column] ?? "")].length)),
  );
  return lines
    .map((line) => line.map((cell, column) => pad(cell, widths[column] ?? 0)).join("  "))
    .map((line) => line.trimEnd())
    .join("\n");
}

/**
 * Names and values under each other.
 *
 * @param {readonly (readonly [name: string, value: unknown])[]} facts
 */
export function renderFacts(facts) {
  const width = Math.max(...facts.map(([name]) => name.length));
  return facts.map(([name, value]) => `${pad(name, width)}  ${clean(value)}`).join("\n");
}

/** @param {unknown} value */
export function clean(value) {
  if (value === undefined || value === null || value === "") return "-";
  return String(value).replace(/\p{C}|\p{Zl}|\p{Zp}/gu, "");
}

/**
 * Counts characters, not UTF-16 units.
 *
 * @param {string} text
 * @param {number} width
 */
function pad(text, width) {
  return text + " ".repeat(Math.max(0, width - [...text].length));
}
