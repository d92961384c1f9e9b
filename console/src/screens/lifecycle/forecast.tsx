// What the bucket's rules will do to each version of one key, and when.

import { useQuery } from "@tanstack/react-query";
import type { ExplainedVersion } from "../../../../src/admin/answers.ts";
import { formatDateTime, formatRelative } from "../../components/format.ts";
import { NeedsKey } from "../../components/needs-key.tsx";
import { Badge, Card, Loading } from "../../components/parts.tsx";
import { SafeText } from "../../components/safe-text.tsx";
import { lifecycle as text } from "../../messages/en/lifecycle.ts";
import { adminQuery, withQuery } from "../../queries/admin.ts";
import { sayAction } from "./types.ts";

interface ForecastProps {
  readonly bucket: string;
  readonly objectKey: string;
}

export function Forecast({ bucket, objectKey }: ForecastProps) {
  const path = withQuery(`/buckets/${bucket}/lifecycle/explain`, { key: objectKey });
  const query = adminQuery<{ readonly versions: readonly ExplainedVersion[] }>(path);
  const { data, error, refetch } = useQuery(query);
  return (
    <>
      {error && <NeedsKey error={error} words={text("forecastWho")} onRetry={() => refetch()} />}
      {!data && !error && <Loading />}
      {data?.versions.length === 0 && <p className="muted">{text("forecastNone")}</p>}
      {data?.versions.map((version) => (
        <VersionForecast key={version.versionId} version={version} />
      ))}
    </>
  );
}

function VersionForecast({ version }: { readonly version: ExplainedVersion }) {
  const { versionId, isLatest, isDeleteMarker, events, lockedUntil } = version;
  const badges = (
    <span className="row">
      {isLatest && <Badge tone="accent">{text("current")}</Badge>}
      {isDeleteMarker && <Badge tone="warning">{text("marker")}</Badge>}
      <Badge>{version.storageClass}</Badge>
    </span>
  );
  return (
    <Card
      title={`${text("version")} ${formatDateTime(new Date(version.modifiedAt))}`}
      actions={badges}
    >
      <p className="muted small">
        <SafeText>{versionId}</SafeText>
      </p>
      {events.length === 0 && <p className="muted">{text("forecastNothing")}</p>}
      <ul className="setting-list">
        {events.map(({ at, action, rule, to }) => (
          <li key={`${at} ${action} ${rule}`}>
            {at && formatDateTime(new Date(at))} {at && `(${formatRelative(new Date(at))})`}{" "}
            {sayAction(action, to)}{" "}
            <span className="muted">
              <SafeText>{text("byRule", { rule })}</SafeText>
            </span>
          </li>
        ))}
      </ul>
      {lockedUntil === null && <p>{text("lockedOpen")}</p>}
      {lockedUntil && <p>{text("locked", { when: formatDateTime(new Date(lockedUntil)) })}</p>}
      {version.waitsForReplication && <p>{text("replicating")}</p>}
    </Card>
  );
}
