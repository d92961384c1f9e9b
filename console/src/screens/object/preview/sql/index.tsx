// "Query with SQL" above a preview: a button, and what it opens, which is loaded then.

import { Database, X } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { Button } from "../../../../components/button.tsx";
import { formatBytes } from "../../../../components/format.ts";
import { Loading } from "../../../../components/parts.tsx";
import { sql as text } from "../../../../messages/en/sql.ts";
import type { PreviewProps } from "../index.tsx";
import type { Format } from "./protocol.ts";

/** CSV and JSON have to be held whole. */
const largestWhole = 64 * 1024 * 1024;

const Panel = lazy(() => import("./panel.tsx"));

export function QueryPart({ place, head, format }: PreviewProps & { readonly format: Format }) {
  const [isOpen, setOpen] = useState(false);
  const sizeBytes = head.ContentLength ?? 0;
  const isTooLarge = format !== "parquet" && sizeBytes > largestWhole;
  const source = { place, sizeBytes, etag: head.ETag, format };
  return (
    <>
      <div className="row">
        <Button
          icon={isOpen ? <X /> : <Database />}
          aria-expanded={isOpen}
          disabledReason={
            isTooLarge ? text("tooLarge", { limit: formatBytes(largestWhole) }) : undefined
          }
          onClick={() => setOpen(!isOpen)}
        >
          {text(isOpen ? "close" : "open")}
        </Button>
      </div>
      {isOpen && (
        <Suspense fallback={<Loading />}>
          <Panel key={`${place.versionId} ${head.ETag}`} source={source} />
        </Suspense>
      )}
    </>
  );
}
