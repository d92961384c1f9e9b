// The open multipart uploads of a bucket: how old, how large, and the way to end them.

import {
  AbortMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  type MultipartUpload,
} from "@aws-sdk/client-s3";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { Trash2, Upload } from "lucide-react";
import { useState } from "react";
import { sendDeeds } from "../../clients/deeds.ts";
import { send } from "../../clients/s3.ts";
import { BucketPage } from "../../components/bucket-page.tsx";
import { Button } from "../../components/button.tsx";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { ShowDeeds } from "../../components/deed-button.tsx";
import { ConfirmDialog } from "../../components/dialog.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { formatBytes, formatRelative } from "../../components/format.ts";
import { useParameter } from "../../components/go.tsx";
import { Empty, Loading } from "../../components/parts.tsx";
import { SafeText, safeText } from "../../components/safe-text.tsx";
import { ShowAs } from "../../components/show-as.tsx";
import { toast } from "../../components/toasts.tsx";
import { uploads as text } from "../../messages/en/uploads.ts";
import "./uploads.css";

const dayMs = 86_400_000;
const pageSize = 200;

interface Marker {
  readonly key: string | undefined;
  readonly uploadId: string | undefined;
}

function useUploads(bucket: string) {
  return useInfiniteQuery({
    queryKey: ["uploads", bucket],
    initialPageParam: undefined as Marker | undefined,
    queryFn: ({ pageParam, signal }) =>
      send(
        new ListMultipartUploadsCommand({
          Bucket: bucket,
          MaxUploads: pageSize,
          ...(pageParam?.key !== undefined && { KeyMarker: pageParam.key }),
          ...(pageParam?.uploadId !== undefined && { UploadIdMarker: pageParam.uploadId }),
        }),
        { abortSignal: signal },
      ),
    getNextPageParam: ({ IsTruncated, NextKeyMarker, NextUploadIdMarker }) =>
      IsTruncated ? { key: NextKeyMarker, uploadId: NextUploadIdMarker } : undefined,
  });
}

/** How much an upload holds: asked for each shown one, the first thousand parts of it. */
function Parts({ bucket, upload }: { readonly bucket: string; readonly upload: MultipartUpload }) {
  const { data } = useQuery({
    queryKey: ["parts", bucket, upload.UploadId],
    queryFn: () =>
      send(new ListPartsCommand({ Bucket: bucket, Key: upload.Key, UploadId: upload.UploadId })),
    retry: false,
  });
  if (data === undefined) return <span className="muted">{text("counting")}</span>;
  const parts = data.Parts ?? [];
  const size = formatBytes(parts.reduce((sum, { Size = 0 }) => sum + Size, 0));
  const facts = { count: parts.length, size };
  const words = text(data.IsTruncated ? "manyParts" : "partsOf", facts);
  return <span className="whole">{words}</span>;
}

function columnsOf(
  bucket: string,
  onAbort: (upload: MultipartUpload) => void,
): readonly Column<MultipartUpload>[] {
  return [
    {
      id: "key",
      head: text("key"),
      value: ({ Key = "" }) => Key,
      cell: ({ Key = "" }) => <SafeText>{Key}</SafeText>,
    },
    {
      id: "age",
      head: text("age"),
      value: ({ Initiated }) => Initiated?.getTime() ?? 0,
      cell: ({ Initiated }) =>
        Initiated ? <span className="whole">{formatRelative(Initiated)}</span> : "",
    },
    {
      id: "parts",
      head: text("parts"),
      cell: (upload) => <Parts bucket={bucket} upload={upload} />,
    },
    {
      id: "class",
      head: text("class"),
      value: ({ StorageClass = "" }) => StorageClass,
      cell: ({ StorageClass = "" }) => StorageClass,
      isMinor: true,
    },
    {
      id: "initiator",
      head: text("initiator"),
      cell: ({ Initiator }) => <SafeText>{Initiator?.DisplayName ?? ""}</SafeText>,
      isMinor: true,
    },
    {
      id: "abort",
      head: "",
      align: "end",
      cell: (upload) => (
        <Button kind="quiet" icon={<Trash2 />} onClick={() => onAbort(upload)}>
          {text("abort")}
        </Button>
      ),
    },
  ];
}

export default function UploadsScreen() {
  const bucket = useParameter("bucket");
  const { data, error, isPending, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } =
    useUploads(bucket);
  const [doomed, setDoomed] = useState<readonly MultipartUpload[]>([]);
  const list = data?.pages.flatMap(({ Uploads = [] }) => Uploads) ?? [];
  const old = list.filter(
    ({ Initiated }) => Initiated !== undefined && Date.now() - Initiated.getTime() > dayMs,
  );
  const reason = old.length === 0 ? text("nothingOlder") : undefined;
  const actions = (
    <>
      <Button icon={<Trash2 />} onClick={() => setDoomed(old)} disabledReason={reason}>
        {text("abortOlder")}
      </Button>
      <ShowAs
        calls={[{ service: "s3", operation: "ListMultipartUploads", input: { Bucket: bucket } }]}
      />
    </>
  );
  return (
    <BucketPage actions={actions}>
      <p className="lead uploads-lead">{text("lead")}</p>
      {error && <ErrorPanel error={error} onRetry={() => refetch()} />}
      {isPending && <Loading />}
      {data && list.length === 0 && (
        <Empty icon={<Upload />} title={text("none")}>
          {text("noneLead")}
        </Empty>
      )}
      {list.length > 0 && (
        <DataTable
          label={text("list")}
          rows={list}
          columns={columnsOf(bucket, (upload) => setDoomed([upload]))}
          rowKey={({ Key, UploadId }) => `${UploadId} ${Key}`}
        />
      )}
      {hasNextPage && (
        <Button onClick={() => fetchNextPage()} isBusy={isFetchingNextPage}>
          {text("more")}
        </Button>
      )}
      <AbortDialog bucket={bucket} doomed={doomed} onClose={() => setDoomed([])} />
    </BucketPage>
  );
}

interface AbortProps {
  readonly bucket: string;
  readonly doomed: readonly MultipartUpload[];
  onClose(): void;
}

function AbortDialog({ bucket, doomed, onClose }: AbortProps) {
  const queries = useQueryClient();
  const [first] = doomed;
  const count = doomed.length;
  const isOne = count === 1;
  const deeds = doomed.map(
    ({ Key, UploadId }) => new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }),
  );
  const abort = async () => {
    await sendDeeds(deeds);
    await queries.invalidateQueries({ queryKey: ["uploads", bucket] });
    toast(text("aborted", { count }));
  };
  return (
    <ConfirmDialog
      title={isOne ? text("abortTitle") : text("abortManyTitle", { count })}
      lead={isOne ? text("abortLead", { key: safeText(first?.Key ?? "") }) : text("abortManyLead")}
      isOpen={count > 0}
      confirm={text("abort")}
      showAs={<ShowDeeds deeds={deeds} />}
      onConfirm={abort}
      onClose={onClose}
    />
  );
}
