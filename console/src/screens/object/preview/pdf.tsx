// PDF pages drawn on canvases by PDF.js, with its scripts switched off: the browser's own viewer would
// make the file a document of this origin.

import { useQuery } from "@tanstack/react-query";
import type { PDFDocumentProxy } from "pdfjs-dist";
import { useEffect, useRef, useState } from "react";
import { Button } from "../../../components/button.tsx";
import { formatBytes } from "../../../components/format.ts";
import { Empty } from "../../../components/parts.tsx";
import { object as text } from "../../../messages/en/object.ts";
import { readRange } from "../place.ts";
import { type PreviewProps, Result } from "./index.tsx";

const largestPdf = 64 * 1024 * 1024;
const pagesAtOnce = 5;

export function PdfPreview({ place, head }: PreviewProps) {
  const sizeBytes = head.ContentLength ?? 0;
  const isTooLarge = sizeBytes > largestPdf;
  const [shown, setShown] = useState(pagesAtOnce);
  const query = useQuery({
    queryKey: ["pdf", place, head.ETag],
    enabled: !isTooLarge,
    gcTime: 0,
    structuralSharing: false,
    queryFn: async () => openPdf(await readRange(place, 0, sizeBytes)),
  });
  if (isTooLarge) return <Empty title={text("tooLarge")}>{formatBytes(sizeBytes)}</Empty>;
  return (
    <Result
      query={query}
      render={(pdf) => (
        <div className="preview-pages">
          {Array.from({ length: Math.min(shown, pdf.numPages) }, (_, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: pages are their numbers
            <PdfPage key={index} pdf={pdf} number={index + 1} />
          ))}
          {shown < pdf.numPages && (
            <Button onClick={() => setShown(shown + pagesAtOnce)}>{text("showMore")}</Button>
          )}
        </div>
      )}
    />
  );
}

async function openPdf(data: Uint8Array): Promise<PDFDocumentProxy> {
  const [{ getDocument, GlobalWorkerOptions }, { default: workerAddress }] = await Promise.all([
    import("pdfjs-dist"),
    import("pdfjs-dist/build/pdf.worker.min.mjs?url"),
  ]);
  GlobalWorkerOptions.workerSrc = workerAddress;
  return getDocument({ data, enableXfa: false, useWasm: false }).promise;
}

function PdfPage({ pdf, number }: { readonly pdf: PDFDocumentProxy; readonly number: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    let isGone = false;
    const draw = async () => {
      const page = await pdf.getPage(number);
      const viewport = page.getViewport({ scale: 1.5 });
      if (isGone || canvas.current === null) return;
      canvas.current.width = viewport.width;
      canvas.current.height = viewport.height;
      await page.render({ canvas: canvas.current, viewport }).promise;
    };
    draw().catch(() => undefined);
    return () => {
      isGone = true;
    };
  }, [pdf, number]);
  return (
    <canvas
      ref={canvas}
      className="preview-page"
      role="img"
      aria-label={text("page", { number, total: pdf.numPages })}
    />
  );
}
