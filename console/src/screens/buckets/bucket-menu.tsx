// What can be done to one bucket from the list: empty it, delete it.

import { useQueryClient } from "@tanstack/react-query";
import { Copy, Ellipsis, Eraser, Trash2 } from "lucide-react";
import { useState } from "react";
import { IconButton } from "../../components/button.tsx";
import { copyText } from "../../components/copy-button.tsx";
import { Menu, type MenuEntry } from "../../components/menu.tsx";
import { toast } from "../../components/toasts.tsx";
import { buckets as text } from "../../messages/en/buckets.ts";
import { DeleteBucketDialog } from "./delete-dialog.tsx";
import { EmptyBucketDialog } from "./empty-dialog.tsx";

export function BucketMenu({ bucket }: { readonly bucket: string }) {
  const [open, setOpen] = useState<"empty" | "delete">();
  const queries = useQueryClient();
  const copyArn = async () => {
    await copyText(`arn:aws:s3:::${bucket}`);
    toast(text("copied"));
  };
  const entries: MenuEntry[] = [
    { label: text("copyArn"), icon: <Copy />, onSelect: copyArn },
    {
      label: text("empty"),
      icon: <Eraser />,
      isDangerous: true,
      startsGroup: true,
      onSelect: () => setOpen("empty"),
    },
    {
      label: text("delete"),
      icon: <Trash2 />,
      isDangerous: true,
      onSelect: () => setOpen("delete"),
    },
  ];
  const close = () => setOpen(undefined);
  return (
    <>
      <Menu entries={entries}>
        <IconButton name={text("actionsOf", { bucket })} icon={<Ellipsis />} />
      </Menu>
      {open === "empty" && <EmptyBucketDialog bucket={bucket} onClose={close} />}
      {open === "delete" && (
        <DeleteBucketDialog
          bucket={bucket}
          onClose={close}
          onEmpty={() => setOpen("empty")}
          onDeleted={() => queries.invalidateQueries({ queryKey: ["buckets"] })}
        />
      )}
    </>
  );
}
