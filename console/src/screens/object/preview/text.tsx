// The beginning of a text, more on demand. JSON that fits is laid out.

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "../../../components/button.tsx";
import { CodeEditor, type Language } from "../../../components/code-editor.tsx";
import { formatBytes } from "../../../components/format.ts";
import { object as text } from "../../../messages/en/object.ts";
import { readRange } from "../place.ts";
import { type PreviewProps, Result } from "./index.tsx";
import { QueryPart } from "./sql/index.tsx";
import { hasRows } from "./sql/json-table.ts";

const firstBytes = 128 * 1024;
const largestLaidOut = 2 * 1024 * 1024;

export function TextPreview(props: PreviewProps & { readonly language: Language }) {
  const { place, head, language } = props;
  const sizeBytes = head.ContentLength ?? 0;
  const whole = language === "json" && sizeBytes <= largestLaidOut;
  const [wished, setWished] = useState(whole ? sizeBytes : firstBytes);
  const end = Math.min(wished, sizeBytes);
  const mayHaveRows = language === "json" || /\.(jsonl|ndjson)$/i.test(place.key);
  const query = useQuery({
    queryKey: ["text", place, head.ETag, end],
    gcTime: 60_000,
    placeholderData: (before) => before,
    queryFn: async () => new TextDecoder().decode(await readRange(place, 0, end)),
  });
  return (
    <Result
      query={query}
      render={(content) => (
        <>
          {mayHaveRows && hasRows(content) && <QueryPart place={place} head={head} format="json" />}
          <CodeEditor
            label={text("content")}
            language={end < sizeBytes ? "text" : language}
            value={whole ? layOut(content) : content}
          />
          {end < sizeBytes && (
            <div className="row preview-more">
              <span className="muted">
                {text("firstPart", { shown: formatBytes(end), size: formatBytes(sizeBytes) })}
              </span>
              <Button onClick={() => setWished(wished * 4)}>{text("showMore")}</Button>
            </div>
          )}
        </>
      )}
    />
  );
}

function layOut(content: string): string {
  try {
    return JSON.stringify(JSON.parse(content), null, 2);
  } catch {
    return content;
  }
}
