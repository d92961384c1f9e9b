// Emptying a bucket: every version, every delete marker and every unfinished upload, as a bulk job.

import { AbortMultipartUploadCommand, ListMultipartUploadsCommand } from "@aws-sdk/client-s3";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { send } from "../../clients/s3.ts";
import { ConfirmDialog } from "../../components/dialog.tsx";
import { Check } from "../../components/field.tsx";
import { formatBytes, formatNumber } from "../../components/format.ts";
import { ShowAs } from "../../components/show-as.tsx";
import type { Call } from "../../components/show-as-text.ts";
import { buckets as text } from "../../messages/en/buckets.ts";
import { bucketFactsQuery } from "../../queries/bucket-facts.ts";
import { type FoundObject, measure, walkVersions } from "../../queries/walk.ts";
import { startBulk } from "../../work/bulk.ts";
import { deleteBatch } from "../../work/delete-batch.ts";

interface EmptyProps {
  readonly bucket: string;
  onClose(): void;
}

export function EmptyBucketDialog({ bucket, onClose }: EmptyProps) {
  const [sum, setSum] = useState<{ items: number; bytes: number }>();
  const [isCounted, setCounted] = useState(false);
  const [bypassGovernance, setBypass] = useState(false);
  const queries = useQueryClient();
  const hasLock = queries.getQueryData(bucketFactsQuery(bucket).queryKey)?.hasLock === true;
  useEffect(() => {
    const abort = new AbortController();
    const pages = walkVersions({ bucket, prefix: "", signal: abort.signal });
    measure(pages, setSum).then(
      () => setCounted(true),
      () => undefined,
    );
    return () => abort.abort();
  }, [bucket]);
  const start = async () => {
    startBulk<FoundObject>({
      title: text("emptying", { bucket }),
      totalItems: isCounted ? sum?.items : undefined,
      batches: (signal) => walkVersions({ bucket, prefix: "", signal }),
      act: (batch, gate) => deleteBatch({ bucket, bypassGovernance }, batch, gate),
      // A page is listed after what lies before it went: more at once would only fight.
      width: 2,
      onEnd: () => {
        abortUploads(bucket).catch(() => undefined);
        queries.invalidateQueries({ queryKey: ["is-filled", bucket] });
      },
    });
  };
  const count = sum ?? { items: 0, bytes: 0 };
  const words = { items: formatNumber(count.items), size: formatBytes(count.bytes) };
  return (
    <ConfirmDialog
      title={text("emptyTitle", { bucket })}
      lead={
        <>
          <p>{text("emptyText")}</p>
          <p role="status">
            <strong>{text(isCounted ? "emptyCount" : "emptyCounting", words)}</strong>
          </p>
        </>
      }
      confirm={text("empty")}
      typedName={bucket}
      isOpen
      showAs={<ShowAs calls={callsOf(bucket, bypassGovernance)} />}
      onConfirm={start}
      onClose={onClose}
    >
      {hasLock && (
        <Check label={text("bypass")} isChecked={bypassGovernance} onChange={setBypass} />
      )}
    </ConfirmDialog>
  );
}

/** What is sent, for one object and one upload. */
function callsOf(Bucket: string, isBypassing: boolean): readonly Call[] {
  const Delete = { Objects: [{ Key: "KEY", VersionId: "VERSION_ID" }], Quiet: true };
  const bypass = isBypassing && { BypassGovernanceRetention: true };
  const upload = { Bucket, Key: "KEY", UploadId: "UPLOAD_ID" };
  return [
    { service: "s3", operation: "ListObjectVersions", input: { Bucket } },
    { service: "s3", operation: "DeleteObjects", input: { Bucket, Delete, ...bypass } },
    { service: "s3", operation: "ListMultipartUploads", input: { Bucket } },
    { service: "s3", operation: "AbortMultipartUpload", input: upload },
  ];
}

/** Uploads that were begun and not finished hold a bucket, too. */
async function abortUploads(bucket: string): Promise<void> {
  let keyMarker: string | undefined;
  let uploadIdMarker: string | undefined;
  do {
    const page = await send(
      new ListMultipartUploadsCommand({
        Bucket: bucket,
        KeyMarker: keyMarker,
        UploadIdMarker: uploadIdMarker,
      }),
    );
    for (const { Key, UploadId } of page.Uploads ?? []) {
      await send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }));
    }
    keyMarker = page.IsTruncated ? page.NextKeyMarker : undefined;
    uploadIdMarker = page.NextUploadIdMarker;
  } while (keyMarker !== undefined);
}
