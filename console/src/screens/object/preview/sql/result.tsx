// What a query gave: how much, in which time, the first rows, and files of all of it.

import { Download } from "lucide-react";
import { Button } from "../../../../components/button.tsx";
import { toastError } from "../../../../components/toasts.tsx";
import { sql as text } from "../../../../messages/en/sql.ts";
import { Grid } from "../grid.tsx";
import type { Shown } from "./protocol.ts";

interface QueryResultProps {
  readonly shown: Shown;
  readonly seconds: number;
  onSave(format: "csv" | "json"): Promise<void>;
}

export function QueryResult({ shown, seconds, onSave }: QueryResultProps) {
  const { columns, rows, rowCount, isCut } = shown;
  const count = text(isCut ? "cutRows" : "rows", { count: rowCount, seconds: seconds.toFixed(2) });
  return (
    <>
      <div className="row">
        <strong role="status">{count}</strong>
        {(["csv", "json"] as const).map((format) => (
          <Button key={format} icon={<Download />} onClick={() => onSave(format).catch(toastError)}>
            {text(format === "csv" ? "saveCsv" : "saveJson")}
          </Button>
        ))}
      </div>
      <Grid label={text("result")} head={columns} rows={rows} />
      {rowCount > rows.length && (
        <p className="muted preview-more">{text("firstShown", { count: rows.length })}</p>
      )}
    </>
  );
}
