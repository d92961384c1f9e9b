// Changes of many objects that move nothing: tags, storage class, restoring from an archive.

import type { StorageClass, Tier } from "@aws-sdk/client-s3";
import { useState } from "react";
import { Button } from "../../../components/button.tsx";
import { Dialog } from "../../../components/dialog.tsx";
import { Check, Field } from "../../../components/field.tsx";
import { Pairs } from "../../../components/pairs.tsx";
import { ShowAs } from "../../../components/show-as.tsx";
import type { Call } from "../../../components/show-as-text.ts";
import { frame } from "../../../messages/en/frame.ts";
import { objects as text } from "../../../messages/en/objects.ts";
import type { FoundObject } from "../../../queries/walk.ts";
import { startBulk } from "../../../work/bulk.ts";
import { storageClasses } from "../../../work/upload/settings.ts";
import { changeOne } from "./change.ts";
import { copySource } from "./copy.ts";
import { NeedsLine, useCount } from "./count.tsx";
import { isTiered, judge } from "./needs.ts";
import { expand, type Selection } from "./selection.ts";
import { type Change, firstWish, namedTags, restoreRequest, type Wish } from "./wish.ts";

interface ChangeDialogProps {
  readonly selection: Selection;
  readonly change: Change;
  onDone(): void;
  onClose(): void;
}

export function ChangeDialog({ selection, change, onDone, onClose }: ChangeDialogProps) {
  const { bucket, rows } = selection;
  const [wish, setWish] = useState(() => firstWish(change));
  const hasRestores = change !== "tags";
  const count = useCount(selection, { hasRestores });
  const needs = judge(wish, count.groups);
  const start = () => {
    startBulk<FoundObject>({
      title: text(`${change}Doing`, { count: needs.items, bucket }),
      totalItems: count.isFinal ? count.items : undefined,
      batches: (signal) => expand(selection, { signal, size: 1, hasRestores }),
      act: async ([item], gate) => {
        if (item === undefined) return {};
        const why = await changeOne({ bucket, wish, gate }, item);
        return why === undefined ? {} : { skipped: [{ name: item.name, why }] };
      },
      width: 8,
      onEnd: onDone,
    });
    onClose();
  };
  const isNameless = change === "tags" && namedTags(wish).length === 0 && !wish.isReplacing;
  const isNeedless = count.isFinal && needs.items === 0;
  const reason = isNameless ? text("needTag") : isNeedless ? text("noneNeedsIt") : undefined;
  const actions = (
    <>
      <ShowAs calls={[callOf(selection, wish)]} />
      <Button onClick={onClose}>{frame("cancel")}</Button>
      <Button kind="primary" disabledReason={reason} onClick={start}>
        {text(change)}
      </Button>
    </>
  );
  return (
    <Dialog
      title={text(`${change}Title`, { count: rows.length })}
      isOpen
      onClose={onClose}
      actions={actions}
    >
      <Fields wish={wish} set={(part) => setWish({ ...wish, ...part })} />
      <NeedsLine count={count} needs={needs} />
    </Dialog>
  );
}

interface FieldsProps {
  readonly wish: Wish;
  set(part: Partial<Wish>): void;
}

function Fields({ wish, set }: FieldsProps) {
  if (wish.change === "tags") {
    return (
      <>
        <Pairs
          label={text("tags")}
          pairs={wish.tags}
          maximum={10}
          onChange={(tags) => set({ tags })}
        />
        <Check
          label={text("replaceTags")}
          hint={text("replaceTagsHint")}
          isChecked={wish.isReplacing}
          onChange={(isReplacing) => set({ isReplacing })}
        />
      </>
    );
  }
  if (wish.change === "class") {
    return (
      <Field label={text("class")} hint={text("classHint")}>
        <select
          value={wish.storageClass}
          onChange={(event) => set({ storageClass: event.target.value as StorageClass })}
        >
          {storageClasses.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </Field>
    );
  }
  return (
    <>
      <Field label={text("restoreDays")} hint={text("restoreHint")}>
        <input
          type="number"
          min={1}
          value={wish.days}
          onChange={(event) => set({ days: Math.max(1, Number(event.target.value)) })}
        />
      </Field>
      <Field label={text("restoreTier")}>
        <select value={wish.tier} onChange={(event) => set({ tier: event.target.value as Tier })}>
          <option>Expedited</option>
          <option>Standard</option>
          <option>Bulk</option>
        </select>
      </Field>
      <Check
        label={text("extend")}
        hint={text("extendHint")}
        isChecked={wish.isExtending}
        onChange={(isExtending) => set({ isExtending })}
      />
    </>
  );
}

/** What is sent for the first of them. */
function callOf({ bucket, rows: [first] }: Selection, wish: Wish): Call {
  const place = { Bucket: bucket, Key: first?.key ?? "" };
  switch (wish.change) {
    case "tags": {
      const Tagging = { TagSet: namedTags(wish) };
      return { service: "s3", operation: "PutObjectTagging", input: { ...place, Tagging } };
    }
    case "class": {
      const CopySource = copySource(place.Bucket, place.Key);
      const input = { ...place, CopySource, StorageClass: wish.storageClass };
      return { service: "s3", operation: "CopyObject", input };
    }
    case "restore": {
      const RestoreRequest = restoreRequest(wish, first !== undefined && isTiered(first));
      return { service: "s3", operation: "RestoreObject", input: { ...place, RestoreRequest } };
    }
  }
}
