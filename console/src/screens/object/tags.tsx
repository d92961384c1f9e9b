// Tags, which can be changed at any time, and metadata, which is part of the object: a change of it is
// a copy of the object onto itself.

import {
  CopyObjectCommand,
  DeleteObjectTaggingCommand,
  GetObjectTaggingCommand,
  PutObjectTaggingCommand,
} from "@aws-sdk/client-s3";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { send } from "../../clients/s3.ts";
import { Button } from "../../components/button.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Field } from "../../components/field.tsx";
import { type Pair, Pairs } from "../../components/pairs.tsx";
import { Card, Loading } from "../../components/parts.tsx";
import { ShowAs } from "../../components/show-as.tsx";
import { toast, toastError } from "../../components/toasts.tsx";
import { object as text } from "../../messages/en/object.ts";
import { copySource } from "../objects/bulk/copy.ts";
import { type Head, inputOf, type ObjectPlace } from "./place.ts";

interface TagsProps {
  readonly place: ObjectPlace;
  readonly head: Head;
  onChanged(): void;
}

export function TagsAndMetadata({ place, head, onChanged }: TagsProps) {
  return (
    <>
      <Tags place={place} />
      <Metadata key={head.ETag} place={place} head={head} onChanged={onChanged} />
    </>
  );
}

async function putTags(place: ObjectPlace, pairs: readonly Pair[]): Promise<void> {
  const input = inputOf(place);
  const TagSet = tagSet(pairs);
  if (TagSet.length === 0) await send(new DeleteObjectTaggingCommand(input));
  else await send(new PutObjectTaggingCommand({ ...input, Tagging: { TagSet } }));
}

const named = (pairs: readonly Pair[]) => pairs.filter(({ name }) => name !== "");
const tagSet = (pairs: readonly Pair[]) =>
  named(pairs).map(({ name, value }) => ({ Key: name, Value: value }));

function Tags({ place }: { readonly place: ObjectPlace }) {
  const [pairs, setPairs] = useState<readonly Pair[]>();
  const [isBusy, setBusy] = useState(false);
  const query = useQuery({
    queryKey: ["object", place.bucket, place.key, place.versionId ?? "", "tags"],
    staleTime: 0,
    queryFn: async () => {
      const { TagSet = [] } = await send(new GetObjectTaggingCommand(inputOf(place)));
      return TagSet.map(({ Key = "", Value = "" }) => ({ name: Key, value: Value }));
    },
  });
  const { data: before, error } = query;
  useEffect(() => {
    if (before !== undefined) setPairs(before);
  }, [before]);
  if (error) return <ErrorPanel error={error} onRetry={() => query.refetch()} />;
  if (before === undefined || pairs === undefined) return <Loading />;
  const save = async () => {
    setBusy(true);
    try {
      await putTags(place, pairs);
      const undo = () => putTags(place, before).then(() => query.refetch());
      await query.refetch();
      toast(text("tagsSaved"), { undo });
    } catch (thrown) {
      toastError(thrown);
    }
    setBusy(false);
  };
  const input = { ...inputOf(place), Tagging: { TagSet: tagSet(pairs) } };
  return (
    <Card
      title={text("tags")}
      actions={<ShowAs calls={[{ service: "s3", operation: "PutObjectTagging", input }]} />}
    >
      <div className="stack">
        <Pairs label={text("tags")} pairs={pairs} maximum={10} onChange={setPairs} />
        <div>
          <Button
            kind="primary"
            isBusy={isBusy}
            disabledReason={pairs === before ? text("unchanged") : undefined}
            onClick={save}
          >
            {text("saveTags")}
          </Button>
        </div>
      </div>
    </Card>
  );
}

function Metadata({ place, head, onChanged }: TagsProps) {
  const [pairs, setPairs] = useState<readonly Pair[]>(() =>
    Object.entries(head.Metadata ?? {}).map(([name, value]) => ({ name, value })),
  );
  const [contentType, setContentType] = useState(head.ContentType ?? "");
  const [cacheControl, setCacheControl] = useState(head.CacheControl ?? "");
  const [isBusy, setBusy] = useState(false);
  const { bucket, key, versionId } = place;
  const input = {
    Bucket: bucket,
    Key: key,
    CopySource: copySource(bucket, key),
    MetadataDirective: "REPLACE" as const,
    ContentType: contentType,
    ...(cacheControl !== "" && { CacheControl: cacheControl }),
    ...(head.ContentDisposition && { ContentDisposition: head.ContentDisposition }),
    ...(head.ContentEncoding && { ContentEncoding: head.ContentEncoding }),
    ...(head.ContentLanguage && { ContentLanguage: head.ContentLanguage }),
    ...(head.StorageClass && { StorageClass: head.StorageClass }),
    Metadata: Object.fromEntries(named(pairs).map(({ name, value }) => [name, value])),
  };
  const save = async () => {
    setBusy(true);
    try {
      await send(new CopyObjectCommand({ ...input, CopySourceIfMatch: head.ETag }));
      toast(text("metadataSaved"));
      onChanged();
    } catch (thrown) {
      toastError(thrown);
    }
    setBusy(false);
  };
  return (
    <Card
      title={text("metadata")}
      actions={<ShowAs calls={[{ service: "s3", operation: "CopyObject", input }]} />}
    >
      <div className="stack">
        <p className="muted">{text("metadataHint")}</p>
        <Field label={text("contentType")}>
          <input value={contentType} onChange={(event) => setContentType(event.target.value)} />
        </Field>
        <Field label={text("cacheControl")} isOptional>
          <input value={cacheControl} onChange={(event) => setCacheControl(event.target.value)} />
        </Field>
        <Pairs label={text("metadata")} pairs={pairs} onChange={setPairs} />
        <div>
          <Button
            kind="primary"
            isBusy={isBusy}
            disabledReason={versionId === undefined ? undefined : text("notForVersions")}
            onClick={save}
          >
            {text("saveMetadata")}
          </Button>
        </div>
      </div>
    </Card>
  );
}
