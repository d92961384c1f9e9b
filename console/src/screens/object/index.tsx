// One object: a look inside, what is known of it, its versions, its protection, and sharing it.

import { DeleteObjectCommand } from "@aws-sdk/client-s3";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { DeedButton } from "../../components/deed-button.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { formatBytes, formatDateTime } from "../../components/format.ts";
import { Go, useAddress, useGo, useParameter, useSearch } from "../../components/go.tsx";
import { Badge, Empty, Loading, Page } from "../../components/parts.tsx";
import { SafeText } from "../../components/safe-text.tsx";
import { Tabs } from "../../components/tabs.tsx";
import { isAbsent } from "../../errors.ts";
import { object as text } from "../../messages/en/object.ts";
import { AccessTable } from "../access/access-table.tsx";
import { Forecast } from "../lifecycle/forecast.tsx";
import { ObjectAcl } from "./acl.tsx";
import { ObjectActions } from "./actions.tsx";
import { Annotations } from "./annotations.tsx";
import { Details } from "./details.tsx";
import "./object.css";
import { type Head, headQuery, type ObjectPlace } from "./place.ts";
import { Preview } from "./preview/index.tsx";
import { Protection } from "./protection.tsx";
import { TagsAndMetadata } from "./tags.tsx";
import { Versions, versionsQuery } from "./versions.tsx";

export default function ObjectScreen() {
  const bucket = useParameter("bucket");
  const search = useSearch();
  const { key = "", version: versionId } = search;
  const place = useMemo(() => ({ bucket, key, versionId }), [bucket, key, versionId]);
  const query = useQuery(headQuery(place));
  const folder = key.replace(/[^/]*\/?$/, "");
  const name = key.slice(folder.length);
  const { error } = query;
  // What was known before it went is not what is.
  const head = error && isAbsent(error) ? undefined : query.data;
  return (
    <Page
      title={<SafeText>{name || key}</SafeText>}
      lead={head && <Lead head={head} versionId={versionId} />}
      actions={head && <ObjectActions place={place} head={head} folder={folder} name={name} />}
      isWide
    >
      {error && isAbsent(error) && <Gone place={place} folder={folder} />}
      {error && !isAbsent(error) && <ErrorPanel error={error} onRetry={() => query.refetch()} />}
      {!error && head === undefined && <Loading />}
      {head && <Parts place={place} head={head} />}
    </Page>
  );
}

function Lead({
  head,
  versionId,
}: {
  readonly head: Head;
  readonly versionId: string | undefined;
}) {
  return (
    <span className="row">
      {formatBytes(head.ContentLength ?? 0)} · {head.ContentType} ·{" "}
      {formatDateTime(head.LastModified)}
      {versionId !== undefined && <Badge tone="warning">{text("oneVersion")}</Badge>}
    </span>
  );
}

/** Absent, or hidden by a delete marker: then its versions are the way on. */
function Gone({ place, folder }: { readonly place: ObjectPlace; readonly folder: string }) {
  const queries = useQueryClient();
  const reload = () => queries.invalidateQueries({ queryKey: ["object", place.bucket, place.key] });
  const { data: versions } = useQuery(versionsQuery(place));
  const marker = versions?.find(({ isLatest, isMarker }) => isLatest && isMarker);
  const isKept = versions?.some(({ isMarker }) => !isMarker);
  const { bucket: Bucket, key: Key } = place;
  return (
    <>
      <Empty
        title={text(marker ? "deleted" : "gone")}
        action={
          <div className="row">
            {marker && isKept && (
              <DeedButton
                kind="primary"
                deeds={[new DeleteObjectCommand({ Bucket, Key, VersionId: marker.versionId })]}
                undo={[new DeleteObjectCommand({ Bucket, Key })]}
                said={text("undeleted")}
                onDone={reload}
              >
                {text("removeMarker")}
              </DeedButton>
            )}
            <Go to={`/buckets/${Bucket}`} search={{ prefix: folder }} className="button">
              {text("toFolder")}
            </Go>
          </div>
        }
      >
        {text(marker && isKept ? "deletedText" : "goneText")}
      </Empty>
      <Versions place={place} onChanged={reload} />
    </>
  );
}

function Parts({ place, head }: { readonly place: ObjectPlace; readonly head: Head }) {
  const { search, path } = useAddress();
  const go = useGo();
  const queries = useQueryClient();
  const [tab, setTab] = useState(search["tab"] ?? "preview");
  const reload = () => queries.invalidateQueries({ queryKey: ["object", place.bucket, place.key] });
  const tabs = [
    { id: "preview", label: text("preview"), render: () => <Preview {...{ place, head }} /> },
    { id: "details", label: text("details"), render: () => <Details {...{ place, head }} /> },
    {
      id: "tags",
      label: text("tagsAndMetadata"),
      isKept: true,
      render: () => <TagsAndMetadata {...{ place, head }} onChanged={reload} />,
    },
    { id: "annotations", label: text("annotations"), render: () => <Annotations place={place} /> },
    {
      id: "versions",
      label: text("versions"),
      render: () => <Versions place={place} onChanged={reload} />,
    },
    {
      id: "protection",
      label: text("protection"),
      render: () => <Protection {...{ place, head }} onChanged={reload} />,
    },
    {
      id: "forecast",
      label: text("forecast"),
      render: () => <Forecast bucket={place.bucket} objectKey={place.key} />,
    },
    {
      id: "access",
      label: text("access"),
      render: () => (
        <>
          <AccessTable bucket={place.bucket} objectKey={place.key} />
          <ObjectAcl place={place} />
        </>
      ),
    },
  ];
  const choose = (id: string) => {
    setTab(id);
    go(path.replace(/^\/-\/console/, ""), { ...search, tab: id }, true);
  };
  return <Tabs label={text("parts")} tabs={tabs} chosen={tab} onChoose={choose} />;
}
