// Deleting a bucket. A bucket that still holds something cannot be: then the way is to empty it.

import {
  DeleteBucketCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
} from "@aws-sdk/client-s3";
import { useQuery } from "@tanstack/react-query";
import { send } from "../../clients/s3.ts";
import { Button } from "../../components/button.tsx";
import { ConfirmDialog, Dialog } from "../../components/dialog.tsx";
import { Loading } from "../../components/parts.tsx";
import { ShowAs } from "../../components/show-as.tsx";
import { toast } from "../../components/toasts.tsx";
import { buckets as text } from "../../messages/en/buckets.ts";
import { frame } from "../../messages/en/frame.ts";

interface DeleteProps {
  readonly bucket: string;
  onClose(): void;
  onEmpty(): void;
  onDeleted(): void;
}

export function DeleteBucketDialog({ bucket, onClose, onEmpty, onDeleted }: DeleteProps) {
  const place = { Bucket: bucket };
  const { data: isFilled, isPending } = useQuery({
    queryKey: ["is-filled", bucket],
    staleTime: 0,
    queryFn: async () => {
      const [versions, uploads] = await Promise.allSettled([
        send(new ListObjectVersionsCommand({ ...place, MaxKeys: 1 })),
        send(new ListMultipartUploadsCommand({ ...place, MaxUploads: 1 })),
      ]);
      const some = (list: readonly unknown[] | undefined) => (list?.length ?? 0) > 0;
      const { Versions, DeleteMarkers } = versions.status === "fulfilled" ? versions.value : {};
      const { Uploads } = uploads.status === "fulfilled" ? uploads.value : {};
      return some(Versions) || some(DeleteMarkers) || some(Uploads);
    },
  });
  const title = text("deleteTitle", { bucket });
  if (isPending || isFilled) {
    const actions = (
      <>
        <Button onClick={onClose}>{frame("cancel")}</Button>
        {isFilled && (
          <Button kind="danger" onClick={onEmpty}>
            {text("emptyFirst")}
          </Button>
        )}
      </>
    );
    return (
      <Dialog title={title} isOpen size="small" onClose={onClose} actions={actions}>
        {isPending ? <Loading /> : <p>{text("notEmpty")}</p>}
      </Dialog>
    );
  }
  const remove = async () => {
    await send(new DeleteBucketCommand(place));
    toast(text("deleted", { bucket }));
    onDeleted();
  };
  return (
    <ConfirmDialog
      title={title}
      lead={text("deleteText")}
      confirm={text("delete")}
      typedName={bucket}
      isOpen
      onConfirm={remove}
      onClose={onClose}
    >
      <div>
        <ShowAs calls={[{ service: "s3", operation: "DeleteBucket", input: place }]} />
      </div>
    </ConfirmDialog>
  );
}
