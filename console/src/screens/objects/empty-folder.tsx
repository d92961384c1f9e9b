// What stands where a folder has nothing.

import { FolderOpen, Upload } from "lucide-react";
import { Button } from "../../components/button.tsx";
import { Empty } from "../../components/parts.tsx";
import { objects as text } from "../../messages/en/objects.ts";

interface EmptyFolderProps {
  readonly isFound: boolean;
  readonly isFolder: boolean;
  onUpload(): void;
}

export function EmptyFolder({ isFound, isFolder, onUpload }: EmptyFolderProps) {
  if (isFound) return <Empty title={text("notFound")}>{text("notFoundText")}</Empty>;
  const upload = (
    <Button kind="primary" icon={<Upload />} onClick={onUpload}>
      {text("upload")}
    </Button>
  );
  return (
    <Empty
      icon={<FolderOpen />}
      title={text(isFolder ? "emptyFolder" : "emptyBucket")}
      action={upload}
    >
      {text("emptyText")}
    </Empty>
  );
}
