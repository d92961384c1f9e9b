// A new folder: an empty object whose key ends with a slash, as every S3 console makes them.

import { PutObjectCommand } from "@aws-sdk/client-s3";
import { type FormEvent, useState } from "react";
import { send } from "../../clients/s3.ts";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Field } from "../../components/field.tsx";
import { useGo } from "../../components/go.tsx";
import { ShowAs } from "../../components/show-as.tsx";
import { frame } from "../../messages/en/frame.ts";
import { objects as text } from "../../messages/en/objects.ts";

interface FolderDialogProps {
  readonly bucket: string;
  readonly folder: string;
  onDone(): void;
  onClose(): void;
}

export function FolderDialog({ bucket, folder, onDone, onClose }: FolderDialogProps) {
  const [name, setName] = useState("");
  const [error, setError] = useState<unknown>();
  const go = useGo();
  const Key = `${folder}${name}/`;
  const reason = name === "" ? text("needName") : undefined;
  const create = async (event?: FormEvent) => {
    event?.preventDefault();
    if (reason !== undefined) return;
    try {
      await send(
        new PutObjectCommand({ Bucket: bucket, Key, Body: new Uint8Array(0), IfNoneMatch: "*" }),
      );
      onDone();
      onClose();
      go(`/buckets/${bucket}`, { prefix: Key });
    } catch (thrown) {
      setError(thrown);
    }
  };
  const actions = (
    <>
      <ShowAs calls={[{ service: "s3", operation: "PutObject", input: { Bucket: bucket, Key } }]} />
      <Button onClick={onClose}>{frame("cancel")}</Button>
      <Button kind="primary" disabledReason={reason} onClick={() => create()}>
        {text("create")}
      </Button>
    </>
  );
  return (
    <Dialog title={text("newFolder")} isOpen size="small" onClose={onClose} actions={actions}>
      <form onSubmit={create}>
        <Field label={text("folderName")} hint={text("folderHint")}>
          <input
            value={name}
            spellCheck={false}
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
      </form>
      {error !== undefined && <ErrorPanel error={error} />}
    </Dialog>
  );
}
