// Annotations: documents that go with an object under names of their own, without changing it.

import {
  DeleteObjectAnnotationCommand,
  GetObjectAnnotationCommand,
  ListObjectAnnotationsCommand,
  PutObjectAnnotationCommand,
} from "@aws-sdk/client-s3";
import { useQuery } from "@tanstack/react-query";
import { Plus, StickyNote } from "lucide-react";
import { useState } from "react";
import { send } from "../../clients/s3.ts";
import { Button } from "../../components/button.tsx";
import { CodeEditor } from "../../components/code-editor.tsx";
import { type Column, DataTable, times } from "../../components/data-table.tsx";
import { DeedButton } from "../../components/deed-button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Field } from "../../components/field.tsx";
import { formatBytes } from "../../components/format.ts";
import { Empty, Loading } from "../../components/parts.tsx";
import { SafeText } from "../../components/safe-text.tsx";
import { ShowAs } from "../../components/show-as.tsx";
import { toast } from "../../components/toasts.tsx";
import { frame } from "../../messages/en/frame.ts";
import { object as text } from "../../messages/en/object.ts";
import { inputOf, type ObjectPlace } from "./place.ts";

interface Entry {
  readonly name: string;
  readonly sizeBytes: number;
  readonly modified: Date | undefined;
}

async function listAll(place: ObjectPlace): Promise<readonly Entry[]> {
  const list: Entry[] = [];
  let token: string | undefined;
  do {
    const page = await send(
      new ListObjectAnnotationsCommand({
        ...inputOf(place),
        ...(token !== undefined && { ContinuationToken: token }),
      }),
    );
    for (const { AnnotationName = "", Size = 0, LastModified } of page.Annotations ?? []) {
      list.push({ name: AnnotationName, sizeBytes: Size, modified: LastModified });
    }
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return list;
}

export function Annotations({ place }: { readonly place: ObjectPlace }) {
  const [edited, setEdited] = useState<string>();
  const query = useQuery({
    queryKey: ["object", place.bucket, place.key, place.versionId ?? "", "annotations"],
    queryFn: () => listAll(place),
  });
  const { data, error } = query;
  const columns: readonly Column<Entry>[] = [
    {
      id: "name",
      head: text("name"),
      value: ({ name }) => name,
      cell: ({ name }) => (
        <Button kind="quiet" onClick={() => setEdited(name)}>
          <SafeText>{name}</SafeText>
        </Button>
      ),
    },
    {
      id: "size",
      head: text("size"),
      value: ({ sizeBytes }) => sizeBytes,
      cell: ({ sizeBytes }) => formatBytes(sizeBytes),
    },
    times("modified", text("modified"), ({ modified }) => modified, true),
    {
      id: "delete",
      head: "",
      align: "end",
      cell: ({ name }) => (
        <DeedButton
          deeds={[new DeleteObjectAnnotationCommand({ ...inputOf(place), AnnotationName: name })]}
          said={text("annotationDeleted", { name })}
          onDone={() => query.refetch()}
        >
          {text("delete")}
        </DeedButton>
      ),
    },
  ];
  const add = (
    <Button icon={<Plus />} onClick={() => setEdited("")}>
      {text("addAnnotation")}
    </Button>
  );
  if (error) return <ErrorPanel error={error} onRetry={() => query.refetch()} />;
  if (data === undefined) return <Loading />;
  return (
    <div className="stack">
      {data.length === 0 ? (
        <Empty icon={<StickyNote />} title={text("noAnnotations")} action={add}>
          {text("noAnnotationsText")}
        </Empty>
      ) : (
        <>
          <div>{add}</div>
          <DataTable
            label={text("annotations")}
            rows={data}
            columns={columns}
            rowKey={({ name }) => name}
          />
        </>
      )}
      {edited !== undefined && (
        <AnnotationDialog
          place={place}
          name={edited}
          onClose={() => setEdited(undefined)}
          onSaved={() => query.refetch()}
        />
      )}
    </div>
  );
}

interface AnnotationDialogProps {
  readonly place: ObjectPlace;
  /** Empty for a new one. */
  readonly name: string;
  onClose(): void;
  onSaved(): void;
}

function AnnotationDialog({ place, name: given, onClose, onSaved }: AnnotationDialogProps) {
  const [name, setName] = useState(given);
  const [typed, setTyped] = useState<string>();
  const [error, setError] = useState<unknown>();
  const { data: before = "" } = useQuery({
    queryKey: ["annotation", place, given],
    enabled: given !== "",
    staleTime: 0,
    queryFn: async () => {
      const wish = { ...inputOf(place), AnnotationName: given };
      const { AnnotationPayload } = await send(new GetObjectAnnotationCommand(wish));
      return (await AnnotationPayload?.transformToString()) ?? "";
    },
  });
  const value = typed ?? before;
  const input = { ...inputOf(place), AnnotationName: name };
  const save = async () => {
    try {
      const AnnotationPayload = new TextEncoder().encode(value);
      await send(new PutObjectAnnotationCommand({ ...input, AnnotationPayload }));
      toast(text("annotationSaved", { name }));
      onSaved();
      onClose();
    } catch (thrown) {
      setError(thrown);
    }
  };
  const call = {
    service: "s3" as const,
    operation: "PutObjectAnnotation",
    input: { ...input, AnnotationPayload: { file: "annotation.json" } },
  };
  const actions = (
    <>
      <ShowAs calls={[call]} />
      <Button onClick={onClose}>{frame("cancel")}</Button>
      <Button
        kind="primary"
        disabledReason={name === "" ? text("needName") : undefined}
        onClick={save}
      >
        {text("save")}
      </Button>
    </>
  );
  return (
    <Dialog title={text("annotation")} isOpen size="large" onClose={onClose} actions={actions}>
      <Field label={text("name")}>
        <input
          value={name}
          disabled={given !== ""}
          onChange={(event) => setName(event.target.value)}
        />
      </Field>
      <CodeEditor label={text("content")} language="text" value={value} onChange={setTyped} />
      {error !== undefined && <ErrorPanel error={error} />}
    </Dialog>
  );
}
