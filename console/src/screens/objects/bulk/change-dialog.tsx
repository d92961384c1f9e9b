// Changes of many objects that move nothing: tags, storage class, restoring from an archive.

import {
  GetObjectTaggingCommand,
  PutObjectTaggingCommand,
  RestoreObjectCommand,
  type StorageClass,
  type Tag,
  type Tier,
} from "@aws-sdk/client-s3";
import { useState } from "react";
import { send } from "../../../clients/s3.ts";
import { Button } from "../../../components/button.tsx";
import { Dialog } from "../../../components/dialog.tsx";
import { Check, Field } from "../../../components/field.tsx";
import { type Pair, Pairs } from "../../../components/pairs.tsx";
import { ShowAs } from "../../../components/show-as.tsx";
import type { Call } from "../../../components/show-as-text.ts";
import { frame } from "../../../messages/en/frame.ts";
import { objects as text } from "../../../messages/en/objects.ts";
import type { FoundObject } from "../../../queries/walk.ts";
import { startBulk } from "../../../work/bulk.ts";
import { storageClasses } from "../../../work/upload/settings.ts";
import { copyBytes, copySource } from "./copy.ts";
import { CountLine, useCount } from "./count.tsx";
import { expand, type Selection } from "./selection.ts";

export type Change = "tags" | "class" | "restore";

interface ChangeDialogProps {
  readonly selection: Selection;
  readonly change: Change;
  onDone(): void;
  onClose(): void;
}

interface Wish {
  readonly tags: readonly Pair[];
  readonly isReplacing: boolean;
  readonly storageClass: StorageClass;
  readonly days: number;
  readonly tier: Tier;
}

const firstWish: Wish = {
  tags: [{ name: "", value: "" }],
  isReplacing: false,
  storageClass: "STANDARD_IA",
  days: 7,
  tier: "Standard",
};

const namedTags = ({ tags }: Wish): readonly Tag[] =>
  tags.filter(({ name }) => name !== "").map(({ name, value }) => ({ Key: name, Value: value }));

const restoreRequest = ({ days, tier }: Wish) => ({
  Days: days,
  GlacierJobParameters: { Tier: tier },
});

export function ChangeDialog({ selection, change, onDone, onClose }: ChangeDialogProps) {
  const { bucket, rows } = selection;
  const [wish, setWish] = useState(firstWish);
  const count = useCount(selection);
  const start = () => {
    startBulk<FoundObject>({
      title: text(`${change}Doing`, { count: count.items, bucket }),
      totalItems: count.isFinal ? count.items : undefined,
      batches: (signal) => expand(selection, { signal, size: 1 }),
      act: async ([item]) => {
        if (item !== undefined) await act({ bucket, change, wish }, item);
        return [];
      },
      width: 8,
      onEnd: onDone,
    });
    onClose();
  };
  const isNameless = change === "tags" && namedTags(wish).length === 0 && !wish.isReplacing;
  const actions = (
    <>
      <ShowAs calls={[callOf(change, { Bucket: bucket, Key: rows[0]?.key ?? "" }, wish)]} />
      <Button onClick={onClose}>{frame("cancel")}</Button>
      <Button
        kind="primary"
        disabledReason={isNameless ? text("needTag") : undefined}
        onClick={start}
      >
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
      <Fields change={change} wish={wish} set={(part) => setWish({ ...wish, ...part })} />
      <CountLine count={count} />
    </Dialog>
  );
}

interface FieldsProps {
  readonly change: Change;
  readonly wish: Wish;
  set(part: Partial<Wish>): void;
}

function Fields({ change, wish, set }: FieldsProps) {
  if (change === "tags") {
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
  if (change === "class") {
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
    </>
  );
}

function callOf(change: Change, place: ObjectPlace, wish: Wish): Call {
  switch (change) {
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
      const input = { ...place, RestoreRequest: restoreRequest(wish) };
      return { service: "s3", operation: "RestoreObject", input };
    }
  }
}

interface ActWish {
  readonly bucket: string;
  readonly change: Change;
  readonly wish: Wish;
}

async function act({ bucket, change, wish }: ActWish, item: FoundObject): Promise<void> {
  const { key, versionId } = item;
  const place = {
    Bucket: bucket,
    Key: key,
    ...(versionId !== undefined && { VersionId: versionId }),
  };
  if (change === "tags") await putTags(place, namedTags(wish), wish.isReplacing);
  else if (change === "class") {
    // A copy onto itself.
    const target = { Bucket: bucket, Key: key, StorageClass: wish.storageClass };
    await copyBytes(bucket, item, target);
  } else {
    const RestoreRequest = restoreRequest(wish);
    await send(new RestoreObjectCommand({ ...place, RestoreRequest }));
  }
}

interface ObjectPlace {
  readonly Bucket: string;
  readonly Key: string;
  readonly VersionId?: string;
}

async function putTags(place: ObjectPlace, added: readonly Tag[], isReplacing: boolean) {
  const known = isReplacing ? [] : ((await send(new GetObjectTaggingCommand(place))).TagSet ?? []);
  const names = new Set(added.map(({ Key }) => Key));
  const TagSet = [...known.filter(({ Key }) => !names.has(Key)), ...added];
  await send(new PutObjectTaggingCommand({ ...place, Tagging: { TagSet } }));
}
