// Everything a HEAD tells, and the parts and checksums behind it.

import { GetObjectAttributesCommand } from "@aws-sdk/client-s3";
import { useQuery } from "@tanstack/react-query";
import { send } from "../../clients/s3.ts";
import { Copyable } from "../../components/copy-button.tsx";
import { formatBytes, formatDateTime, formatNumber } from "../../components/format.ts";
import { Card, Facts } from "../../components/parts.tsx";
import { SafeText } from "../../components/safe-text.tsx";
import { ShowAs } from "../../components/show-as.tsx";
import { object as text } from "../../messages/en/object.ts";
import { type Head, inputOf, type ObjectPlace } from "./place.ts";

interface DetailsProps {
  readonly place: ObjectPlace;
  readonly head: Head;
}

const optional = (value: string | undefined) => value && <SafeText>{value}</SafeText>;

export function Details({ place, head }: DetailsProps) {
  const { data: attributes } = useQuery({
    queryKey: ["object", place.bucket, place.key, place.versionId ?? "", "attributes"],
    queryFn: () =>
      send(
        new GetObjectAttributesCommand({
          ...inputOf(place),
          ObjectAttributes: ["Checksum", "ObjectParts", "ObjectSize", "StorageClass"],
        }),
      ),
  });
  const parts = attributes?.ObjectParts;
  const size = head.ContentLength ?? 0;
  return (
    <>
      <Card
        title={text("object")}
        actions={
          <ShowAs calls={[{ service: "s3", operation: "HeadObject", input: inputOf(place) }]} />
        }
      >
        <Facts
          items={[
            [text("key"), <SafeText key="key">{place.key}</SafeText>],
            [
              text("size"),
              size < 1024 ? formatBytes(size) : `${formatBytes(size)} (${formatNumber(size)} B)`,
            ],
            [text("modified"), formatDateTime(head.LastModified)],
            [text("versionId"), head.VersionId && <code>{head.VersionId}</code>],
            [text("etag"), <Copyable key="etag" value={head.ETag?.replaceAll('"', "") ?? ""} />],
            [text("contentType"), optional(head.ContentType)],
            [text("cacheControl"), optional(head.CacheControl)],
            [text("contentDisposition"), optional(head.ContentDisposition)],
            [text("contentEncoding"), optional(head.ContentEncoding)],
            [text("contentLanguage"), optional(head.ContentLanguage)],
            [text("expiration"), optional(head.Expiration)],
            [text("replication"), head.ReplicationStatus],
          ]}
        />
      </Card>
      <Card title={text("storage")}>
        <Facts
          items={[
            [text("class"), head.StorageClass ?? "STANDARD"],
            [text("restoreState"), optional(head.Restore)],
            [text("encryption"), head.ServerSideEncryption ?? text("unknown")],
            [text("kmsKey"), head.SSEKMSKeyId && <code>{head.SSEKMSKeyId}</code>],
            [text("bucketKey"), head.BucketKeyEnabled ? text("yes") : undefined],
            [text("parts"), parts?.TotalPartsCount ?? head.PartsCount],
          ]}
        />
      </Card>
      <Card title={text("checksums")}>
        <Facts items={checksumsOf(head)} />
      </Card>
    </>
  );
}

function checksumsOf(head: Head): readonly (readonly [string, React.ReactNode])[] {
  const names = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"] as const;
  const known = names.map((name) => {
    const value = head[`Checksum${name}`];
    return [name, value && <Copyable value={value} />] as const;
  });
  return [...known, [text("checksumType"), head.ChecksumType]];
}
