// Where Intelligent-Tiering wants a version: a pure rule of how long it was not used, how large it is,
// and what the bucket's configurations say of the archive tiers.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/intelligent-tiering-overview.html

import type { IntelligentTieringConfiguration } from "@aws-sdk/client-s3";
import type { TieredVersion } from "../bucket/types.ts";
import { type AccessTier, accessTiers } from "../s3/content.ts";

/** Smaller objects are never monitored, and stay in the frequent access tier. */
export const monitoredBytes = 128 * 1024;

const infrequentDays = 30;
const archiveInstantDays = 90;

/** Days without use after which a version goes to an archive tier; absent: never. */
interface ArchiveDays {
  readonly ARCHIVE?: number;
  readonly DEEP_ARCHIVE?: number;
}

/**
 * The tier a version should be in; `undefined` for frequent access. Archive tiers are left only by a
 * restoration, which counts as a use and brings the bytes back itself.
 */
export function wantedTier(
  version: Pick<TieredVersion, "key" | "sizeBytes" | "tags" | "tier" | "usedAtMs">,
  configurations: readonly IntelligentTieringConfiguration[],
  clock: { readonly nowMs: number; readonly dayMs: number },
): AccessTier | undefined {
  const idle = byAge(version, configurations, clock);
  const { tier } = version;
  const isArchived = tier === "ARCHIVE" || tier === "DEEP_ARCHIVE";
  return isArchived && depthOf(idle) < depthOf(tier) ? tier : idle;
}

function byAge(
  version: Pick<TieredVersion, "key" | "sizeBytes" | "tags" | "usedAtMs">,
  configurations: readonly IntelligentTieringConfiguration[],
  { nowMs, dayMs }: { readonly nowMs: number; readonly dayMs: number },
): AccessTier | undefined {
  if (version.sizeBytes < monitoredBytes) return undefined;
  const idleDays = (nowMs - version.usedAtMs) / dayMs;
  const days = archiveDays(version, configurations);
  if (idleDays >= (days.DEEP_ARCHIVE ?? Number.POSITIVE_INFINITY)) return "DEEP_ARCHIVE";
  if (idleDays >= (days.ARCHIVE ?? Number.POSITIVE_INFINITY)) return "ARCHIVE";
  if (idleDays >= archiveInstantDays) return "ARCHIVE_INSTANT";
  return idleDays >= infrequentDays ? "INFREQUENT" : undefined;
}

function depthOf(tier: AccessTier | undefined): number {
  return tier === undefined ? -1 : accessTiers.indexOf(tier);
}

/** Of several configurations that match, the soonest counts. */
function archiveDays(
  version: Pick<TieredVersion, "key" | "tags">,
  configurations: readonly IntelligentTieringConfiguration[],
): ArchiveDays {
  const days: { ARCHIVE?: number; DEEP_ARCHIVE?: number } = {};
  for (const configuration of configurations) {
    if (configuration.Status !== "Enabled" || !matches(configuration, version)) continue;
    for (const { AccessTier: name, Days } of configuration.Tierings ?? []) {
      const tier = name === "ARCHIVE_ACCESS" ? "ARCHIVE" : "DEEP_ARCHIVE";
      days[tier] = Math.min(days[tier] ?? Number.POSITIVE_INFINITY, Days ?? 0);
    }
  }
  return days;
}

function matches(
  { Filter: filter }: IntelligentTieringConfiguration,
  { key, tags }: Pick<TieredVersion, "key" | "tags">,
): boolean {
  const prefix = filter?.Prefix ?? filter?.And?.Prefix ?? "";
  const wanted = filter?.Tag === undefined ? (filter?.And?.Tags ?? []) : [filter.Tag];
  return (
    key.startsWith(prefix) &&
    wanted.every(({ Key, Value }) => tags.some(([name, value]) => name === Key && value === Value))
  );
}
