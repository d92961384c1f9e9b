// A look inside. Bytes become pictures, tables and text here; never a document of this origin.

import { useState } from "react";
import { isArchived } from "../../../clients/head.ts";
import { Button } from "../../../components/button.tsx";
import { ErrorPanel } from "../../../components/error-panel.tsx";
import { Empty, Loading } from "../../../components/parts.tsx";
import { object as text } from "../../../messages/en/object.ts";
import type { Head, ObjectPlace } from "../place.ts";
import { CsvPreview } from "./csv.tsx";
import { type Kind, kindOf } from "./kind.ts";
import { ImagePreview, MediaPreview } from "./media.tsx";
import { PdfPreview } from "./pdf.tsx";
import "./preview.css";
import { ParquetPreview } from "./parquet.tsx";
import { TextPreview } from "./text.tsx";
import { ZipPreview } from "./zip.tsx";

export interface PreviewProps {
  readonly place: ObjectPlace;
  readonly head: Head;
}

export function Preview({ place, head }: PreviewProps) {
  const [isForced, setForced] = useState(false);
  const kind = kindOf(place.key, head.ContentType ?? "");
  if ((head.ContentLength ?? 0) === 0) return <Empty title={text("emptyObject")} />;
  if (isArchived(head)) return <Empty title={text("archived")}>{text("archivedText")}</Empty>;
  if (kind === "none" && !isForced) {
    return (
      <Empty
        title={text("noPreview")}
        action={<Button onClick={() => setForced(true)}>{text("showAsText")}</Button>}
      >
        {text("noPreviewText")}
      </Empty>
    );
  }
  return (
    <div className="preview">
      <Viewer kind={kind === "none" ? "text" : kind} place={place} head={head} />
    </div>
  );
}

function Viewer({ kind, ...props }: PreviewProps & { readonly kind: Kind }) {
  switch (kind) {
    case "image":
      return <ImagePreview {...props} />;
    case "video":
    case "audio":
      return <MediaPreview kind={kind} {...props} />;
    case "pdf":
      return <PdfPreview {...props} />;
    case "csv":
      return <CsvPreview {...props} />;
    case "zip":
      return <ZipPreview {...props} />;
    case "parquet":
      return <ParquetPreview {...props} />;
    case "json":
    case "xml":
    case "text":
    case "none":
      return <TextPreview language={kind === "none" ? "text" : kind} {...props} />;
  }
}

interface ResultProps<Value> {
  readonly query: {
    readonly data: Value | undefined;
    readonly error: unknown;
    refetch(): unknown;
  };
  render(value: Value): React.ReactNode;
}

/** What every viewer shows while it loads and when it cannot. */
export function Result<Value>({ query, render }: ResultProps<Value>) {
  if (query.error) return <ErrorPanel error={query.error} onRetry={() => query.refetch()} />;
  return query.data === undefined ? <Loading /> : render(query.data);
}
