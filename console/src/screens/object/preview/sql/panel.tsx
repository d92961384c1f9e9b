// A query over the object: the editor, what goes on, and the result.

import { Play, Square } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { Button } from "../../../../components/button.tsx";
import { CodeEditor } from "../../../../components/code-editor.tsx";
import { ErrorPanel } from "../../../../components/error-panel.tsx";
import { formatBytes, formatNumber } from "../../../../components/format.ts";
import { Progress } from "../../../../components/parts.tsx";
import { SafeText } from "../../../../components/safe-text.tsx";
import { ShowSnippet } from "../../../../components/show-snippet.tsx";
import { sql as text } from "../../../../messages/en/sql.ts";
import { useSession } from "../../../../session/use-session.ts";
import { duckdbStatements } from "./duckdb.ts";
import { quoteName, sqlEditor } from "./editor.ts";
import { Failure, type FailureFacts } from "./failure.ts";
import { QueryResult } from "./result.tsx";
import { tableName } from "./run.ts";
import type { Source } from "./session.ts";
import type { Column } from "./table.ts";
import { type Activity, useQuerySession } from "./use-query.ts";

const listedColumns = 40;

export default function QueryPanel({ source }: { readonly source: Source }) {
  const [query, setQuery] = useState(`SELECT * FROM ${tableName} LIMIT 100`);
  const { opened, activity, outcome, run, cancel, save } = useQuerySession(source);
  const facts = outcome.error instanceof Failure ? outcome.error.facts : undefined;
  const latest = useRef({ opened, facts, failed: outcome.query, run: () => {} });
  latest.current = { opened, facts, failed: outcome.query, run: () => run(query) };
  const editor = useMemo(
    () =>
      sqlEditor({
        columns: () => latest.current.opened?.columns ?? [],
        failureOf: (text) => (latest.current.failed === text ? latest.current.facts : undefined),
        run: () => latest.current.run(),
      }),
    [],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new failure has to be marked
  useEffect(() => editor.recheck(), [facts, editor]);
  return (
    <section className="sql-panel" aria-label={text("open")}>
      <CodeEditor
        label={text("query")}
        language="text"
        value={query}
        minimumLines={3}
        extension={editor.extension}
        onChange={setQuery}
      />
      <Hints columns={opened?.columns ?? []} />
      <div className="row">
        <Button
          kind="primary"
          icon={<Play />}
          isBusy={activity !== undefined}
          onClick={() => run(query)}
        >
          {text("run")}
        </Button>
        {activity && (
          <Button icon={<Square />} onClick={cancel}>
            {text("cancel")}
          </Button>
        )}
        <ShowDuckdb source={source} query={query} />
      </div>
      {activity && <Working activity={activity} />}
      {outcome.error !== undefined && <Failed error={outcome.error} facts={facts} />}
      {outcome.shown && (
        <QueryResult
          shown={outcome.shown}
          seconds={outcome.seconds ?? 0}
          onSave={(format) => save(format, `${nameOf(source)}.${format}`)}
        />
      )}
    </section>
  );
}

const nameOf = ({ place }: Source): string =>
  (place.key.split("/").at(-1) ?? "").replace(/\.\w+$/, "") || tableName;

function Hints({ columns }: { readonly columns: readonly Column[] }) {
  return (
    <p className="muted small">
      {text("hint", { table: tableName })}
      {columns.length > 0 && (
        <>
          {" "}
          {text("columns")}{" "}
          <SafeText>
            {columns
              .slice(0, listedColumns)
              .map(({ name }) => quoteName(name))
              .join(", ")}
          </SafeText>{" "}
          {columns.length > listedColumns &&
            text("moreColumns", { count: columns.length - listedColumns })}
        </>
      )}
    </p>
  );
}

function ShowDuckdb({ source, query }: { readonly source: Source; readonly query: string }) {
  const { region } = useSession();
  const { place, format } = source;
  const { bucket, key } = place;
  const code = duckdbStatements({
    ...{ endpoint: location.origin, region },
    bucket,
    key,
    format,
    query,
  });
  if (code === undefined || place.versionId !== undefined) return null;
  return <ShowSnippet name={text("showDuckdb")} title={text("showDuckdb")} code={code} />;
}

/** Shown from the first second on. */
function Working({ activity }: { readonly activity: Activity }) {
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), 1000);
    return () => clearTimeout(timer);
  }, []);
  if (!isLong) return null;
  const { progress } = activity;
  const isOver = progress !== undefined && progress.done >= progress.of;
  const label = isOver ? text("working") : describe(activity);
  const value = progress && !isOver ? { value: progress.done / progress.of } : {};
  return (
    <div className="sql-working">
      <Progress label={label} {...value} />
      <span className="muted small">{label}</span>
    </div>
  );
}

function describe({ kind, progress }: Activity): string {
  if (progress === undefined) return text(kind);
  const isBytes = progress.unit === "bytes";
  const show = isBytes ? formatBytes : formatNumber;
  const numbers = { done: show(progress.done), of: show(progress.of) };
  return text(isBytes ? "readBytes" : "readRows", numbers);
}

interface FailedProps {
  readonly error: unknown;
  readonly facts: FailureFacts | undefined;
}

function Failed({ error, facts }: FailedProps) {
  if (error instanceof DOMException && error.name === "AbortError") {
    return <p role="status">{text("cancelled")}</p>;
  }
  if (facts === undefined) return <ErrorPanel error={error} />;
  const { reason, message = "", parameters } = facts;
  const words = reason === "query" ? message : text(reason, parameters);
  return <ErrorPanel error={{ Code: text("failed"), message: words }} />;
}
