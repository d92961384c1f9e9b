// Where a selection is copied or moved to; for one object also its new name.

import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { Button } from "../../../components/button.tsx";
import { Dialog } from "../../../components/dialog.tsx";
import { Check, Field } from "../../../components/field.tsx";
import { ShowAs } from "../../../components/show-as.tsx";
import { frame } from "../../../messages/en/frame.ts";
import { objects as text } from "../../../messages/en/objects.ts";
import { bucketsQuery } from "../../../queries/buckets.ts";
import type { FoundObject } from "../../../queries/walk.ts";
import { startBulk } from "../../../work/bulk.ts";
import { copyOne, copySource } from "./copy.ts";
import { CountLine, useCount } from "./count.tsx";
import { expand, type Selection } from "./selection.ts";

export type CopyMode = "copy" | "move" | "rename";

interface CopyDialogProps {
  readonly selection: Selection;
  readonly mode: CopyMode;
  onDone(): void;
  onClose(): void;
}

export function CopyDialog({ selection, mode, onDone, onClose }: CopyDialogProps) {
  const { bucket, folder, rows } = selection;
  const isRename = mode === "rename";
  const renamed = rows[0]?.name ?? "";
  const [targetBucket, setTargetBucket] = useState(bucket);
  const [target, setTarget] = useState(isRename ? renamed.replace(/\/$/, "") : folder);
  const [isOverwriting, setOverwriting] = useState(false);
  const { data: buckets = [] } = useQuery(bucketsQuery());
  const count = useCount(selection);
  const targetKey = useMemo(
    () => keyMapper({ selection, target, isRename }),
    [selection, target, isRename],
  );
  const reason = judge({ selection, target, targetBucket, isRename });
  const start = () => {
    const isMove = mode !== "copy";
    startBulk<FoundObject>({
      title: text(isMove ? "moving" : "copying", { count: count.items, bucket: targetBucket }),
      totalItems: count.isFinal ? count.items : undefined,
      batches: (signal) => expand(selection, { signal, size: 1 }),
      act: async ([item], gate) => {
        if (item === undefined) return {};
        const step = { bucket, targetBucket, targetKey, isMove, isOverwriting, gate };
        const why = await copyOne(step, item);
        return why === undefined ? {} : { skipped: [{ name: item.name, why }] };
      },
      width: 8,
      onEnd: onDone,
    });
    onClose();
  };
  const first = rows[0]?.key ?? "";
  const place = { Bucket: targetBucket, Key: targetKey(first) };
  const isRenameCall = mode !== "copy" && bucket === targetBucket;
  const call = isRenameCall
    ? { operation: "RenameObject", input: { ...place, RenameSource: first } }
    : { operation: "CopyObject", input: { ...place, CopySource: copySource(bucket, first) } };
  const isWhole = mode === "copy" || isRenameCall;
  const removal = { operation: "DeleteObject", input: { Bucket: bucket, Key: first } };
  const calls = [call, ...(isWhole ? [] : [removal])];
  const actions = (
    <>
      <ShowAs calls={calls.map((each) => ({ service: "s3", ...each }))} />
      <Button onClick={onClose}>{frame("cancel")}</Button>
      <Button kind="primary" disabledReason={reason} onClick={start}>
        {text(mode)}
      </Button>
    </>
  );
  return (
    <Dialog
      title={text(`${mode}Title`, { count: rows.length, name: renamed })}
      isOpen
      onClose={onClose}
      actions={actions}
    >
      {!isRename && (
        <Field label={text("targetBucket")}>
          <select value={targetBucket} onChange={(event) => setTargetBucket(event.target.value)}>
            {buckets.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </Field>
      )}
      <Field
        label={text(isRename ? "newName" : "targetFolder")}
        hint={text(isRename ? "newNameHint" : "targetFolderHint")}
      >
        <input
          value={target}
          spellCheck={false}
          onChange={(event) => setTarget(event.target.value)}
        />
      </Field>
      <Check
        label={text("overwrite")}
        hint={text("overwriteHint")}
        isChecked={isOverwriting}
        onChange={setOverwriting}
      />
      <CountLine count={count} />
    </Dialog>
  );
}

interface Mapping {
  readonly selection: Selection;
  readonly target: string;
  readonly isRename: boolean;
}

/** From a key of the selection to its key in the target. */
function keyMapper({ selection, target, isRename }: Mapping): (key: string) => string {
  const { folder, rows } = selection;
  if (!isRename) {
    const below = target === "" || target.endsWith("/") ? target : `${target}/`;
    return (key) => below + key.slice(folder.length);
  }
  const old = rows[0]?.key ?? "";
  if (rows[0]?.kind !== "folder") return () => folder + target;
  return (key) => `${folder}${target}/${key.slice(old.length)}`;
}

function judge(given: Mapping & { readonly targetBucket: string }): string | undefined {
  const { selection, target, targetBucket, isRename } = given;
  const { bucket, folder, rows } = selection;
  if (isRename && target === "") return text("needName");
  if (isRename && target === rows[0]?.name.replace(/\/$/, "")) return text("sameName");
  if (isRename || bucket !== targetBucket) return undefined;
  if (target === folder) return text("samePlace");
  const isInside = rows.some(({ kind, key }) => kind === "folder" && `${target}/`.startsWith(key));
  return isInside ? text("insideItself") : undefined;
}
