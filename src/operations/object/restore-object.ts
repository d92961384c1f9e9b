// RestoreObject: asks for the bytes of an archived version. The index notes it; its alarm makes the
// copy when the time of the tier has come, or moves the bytes back under Intelligent-Tiering.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_RestoreObject.html
//
// Differs from AWS:
// - S3 Select (Type SELECT) is refused with MethodNotAllowed, as AWS does for new customers.
// - Expedited retrievals are always available: GlacierExpeditedRetrievalNotAvailable never comes.

import { type RestoreTier, restoreTiers } from "../../bucket/restore-types.ts";
import { isOutOfReach } from "../../bucket/restores.ts";
import type { Version } from "../../bucket/types.ts";
import { type Env, lifecycleDayMs } from "../../env.ts";
import { holdingClass } from "../../s3/content.ts";
import { S3Error } from "../../s3/errors.ts";
import type { OperationInput } from "../../s3/operation-types.ts";
import { invalidArgument } from "../../s3/parameters.ts";
import { callFacts } from "../context.ts";
import { emitting } from "../emission.ts";
import type { Handler } from "../handlers.ts";
import { settle } from "../outcomes.ts";
import { invalidState } from "./archived.ts";
import { followingSettings } from "./commit.ts";
import { resolveVersion } from "./read.ts";

const notArchived = "Restore is not allowed for the object's current storage class";

export const restoreObject: Handler<"RestoreObject"> = async (context, input) => {
  const wish = readWish(input.RestoreRequest);
  const { version } = await resolveVersion(context, {
    ...(input.VersionId !== undefined && { versionId: input.VersionId }),
    wantSegments: false,
  });
  if (!isOutOfReach(version)) throw invalidState(version, notArchived);
  checkWish(version, wish);
  const { tier, days } = wish;
  const outcome = await followingSettings(context, (opened) =>
    opened.index.startRestore({
      ...callFacts({ bucket: opened.bucket, nowMs: context.nowMs }),
      ...emitting(context, opened),
      key: context.key,
      versionId: version.versionId,
      seq: version.seq,
      tier,
      ...(days !== undefined && { days }),
      dayMs: lifecycleDayMs(context.env),
      readyAtMs: context.nowMs + delayMs(context.env, version, tier),
    }),
  );
  const settled = settle(outcome, ["accepted", "extended", "in-progress", "changed"], {
    bucket: context.bucket.name,
    key: context.key,
  });
  switch (settled.kind) {
    case "accepted":
      return { StatusCode: 202 };
    case "extended":
      return { StatusCode: 200 };
    case "in-progress":
      throw new S3Error("RestoreAlreadyInProgress");
    case "changed":
      throw new S3Error("ConditionalRequestConflict");
  }
};

interface RestoreWish {
  readonly tier: RestoreTier;
  readonly days: number | undefined;
}

/** Throws MalformedXML, InvalidArgument, MethodNotAllowed. */
function readWish(request: OperationInput<"RestoreObject">["RestoreRequest"]): RestoreWish {
  if (request === undefined) throw new S3Error("MalformedXML");
  const { Type, SelectParameters, OutputLocation, Days: days } = request;
  if (Type !== undefined && Type !== "SELECT") throw new S3Error("MalformedXML");
  if (Type === "SELECT" || SelectParameters !== undefined || OutputLocation !== undefined) {
    throw new S3Error("MethodNotAllowed");
  }
  const asked = request.GlacierJobParameters?.Tier ?? request.Tier ?? "Standard";
  const tier = restoreTiers.find((name) => name === asked);
  if (tier === undefined) throw new S3Error("MalformedXML");
  if (days !== undefined && (!Number.isInteger(days) || days < 1 || days > maximumDays)) {
    throw invalidArgument("restoration days should be at least 1", "Days", String(days));
  }
  return { tier, days };
}

const maximumDays = 2_147_483_647;

/** What the class of the version has to say of the wish. */
function checkWish(version: Version, { tier, days }: RestoreWish): void {
  const isTiered = version.storageClass === "INTELLIGENT_TIERING";
  if (!isTiered && days === undefined) throw new S3Error("MalformedXML");
  if (isTiered && days !== undefined) {
    const message = "Days is not allowed for objects in the S3 Intelligent-Tiering storage class";
    throw invalidArgument(message, "Days", String(days));
  }
  if (tier !== "Expedited" || holdingOf(version) !== "DEEP_ARCHIVE") return;
  throw invalidArgument("Retrieval option is not supported by this storage class", "Tier", tier);
}

function holdingOf({ storageClass, detail: { tier } }: Version) {
  return holdingClass({ storageClass, ...(tier !== undefined && { tier }) });
}

const minuteSeconds = 60;
const hourSeconds = 60 * minuteSeconds;

/**
 * How long AWS says it takes, at most.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects-retrieval-options.html
 */
const delaySeconds = {
  GLACIER: { Expedited: 5 * minuteSeconds, Standard: 5 * hourSeconds, Bulk: 12 * hourSeconds },
  DEEP_ARCHIVE: { Expedited: 0, Standard: 12 * hourSeconds, Bulk: 48 * hourSeconds },
} as const;

/** `RESTORE_DELAY_SECONDS` is for all tiers and classes; what cannot be read as a number is none. */
function delayMs({ RESTORE_DELAY_SECONDS: text }: Env, version: Version, tier: RestoreTier) {
  const asked = text === undefined || text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isFinite(asked) && asked >= 0) return asked * 1000;
  const holding = holdingOf(version) === "DEEP_ARCHIVE" ? "DEEP_ARCHIVE" : "GLACIER";
  return delaySeconds[holding][tier] * 1000;
}
