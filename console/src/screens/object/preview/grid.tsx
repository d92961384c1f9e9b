// A plain table of texts, for data that has columns.

import { TableScroll } from "../../../components/parts.tsx";
import { SafeText } from "../../../components/safe-text.tsx";

interface GridProps {
  readonly label: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export function Grid({ label, head, rows }: GridProps) {
  return (
    <TableScroll className="preview-grid" label={label}>
      <table className="table">
        <thead>
          <tr>
            {head.map((name, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: columns may share a name
              <th scope="col" key={index}>
                <SafeText>{name}</SafeText>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no name
            <tr key={index}>
              {row.map((cell, column) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: likewise
                <td key={column}>
                  <SafeText>{cell}</SafeText>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}
