// What Object Lock and versioning should do, written a second time and plainly: the state of a
// versioned bucket as data, and what each call makes of it. Shares no code with the index.

export const modelDayMs = 86_400_000;
const day = modelDayMs;

export interface ModelLock {
  readonly mode?: "GOVERNANCE" | "COMPLIANCE";
  readonly until?: number;
  readonly legal?: boolean;
  /** Days, while an event hold is on; `"off"` once it was released. */
  readonly hold?: number | "off";
}

export interface ModelVersion {
  readonly id: string;
  readonly blob: string;
  readonly isMarker: boolean;
  readonly tags: string;
  readonly lock: ModelLock;
}

export interface ModelBucket {
  readonly clock: number;
  /** Newest first. */
  readonly keys: Readonly<Record<string, readonly ModelVersion[]>>;
}

export type Wish =
  | { readonly kind: "remove" }
  | { readonly kind: "set"; readonly mode: "GOVERNANCE" | "COMPLIANCE"; readonly until: number }
  | { readonly kind: "hold"; readonly mode: "GOVERNANCE" | "COMPLIANCE"; readonly days: number }
  | { readonly kind: "release"; readonly mode: "GOVERNANCE" | "COMPLIANCE" };

/** A call with everything decided: ids, blobs, the caller's clock. */
export type ModelCall = { readonly now: number; readonly key: string } & (
  | { readonly kind: "put"; readonly id: string; readonly blob: string; readonly lock: ModelLock }
  | {
      readonly kind: "put-default";
      readonly id: string;
      readonly blob: string;
      readonly mode: "GOVERNANCE" | "COMPLIANCE";
      readonly days: number;
    }
  | { readonly kind: "create"; readonly id: string; readonly blob: string }
  | { readonly kind: "delete"; readonly id: string }
  | { readonly kind: "delete-version"; readonly id: string; readonly bypass: boolean }
  | { readonly kind: "tags"; readonly id?: string; readonly tags: string }
  | { readonly kind: "legal"; readonly id?: string; readonly isOn: boolean }
  | {
      readonly kind: "retention";
      readonly id?: string;
      readonly wish: Wish;
      readonly bypass: boolean;
    }
);

/** When the retention ends, as it stands at `now`. */
function endOf({ mode, until, hold }: ModelLock, now: number): number {
  if (mode === undefined) return 0;
  return typeof hold === "number" ? Math.max(now + hold * day, until ?? 0) : (until ?? 0);
}

export function isLocked(version: ModelVersion, now: number, bypass: boolean): boolean {
  const { lock } = version;
  if (lock.legal === true) return true;
  if (endOf(lock, now) <= now) return false;
  return lock.mode === "COMPLIANCE" || !bypass;
}

/** The bucket after the call, and what the caller is told. */
export function predict(bucket: ModelBucket, call: ModelCall): [ModelBucket, string] {
  const clock = Math.max(bucket.clock, call.now);
  const versions = bucket.keys[call.key] ?? [];
  const become = (next: readonly ModelVersion[]): ModelBucket => ({
    clock,
    keys: { ...bucket.keys, [call.key]: next },
  });
  const same: ModelBucket = { ...bucket, clock };
  const fresh = { isMarker: false, tags: "", lock: {} };
  switch (call.kind) {
    case "put":
      return [
        become([{ ...fresh, id: call.id, blob: call.blob, lock: call.lock }, ...versions]),
        "committed",
      ];
    case "put-default": {
      const lock = { mode: call.mode, until: clock + call.days * day };
      return [become([{ ...fresh, id: call.id, blob: call.blob, lock }, ...versions]), "committed"];
    }
    case "create": {
      const exists = versions[0]?.isMarker === false;
      if (exists) return [same, "precondition-failed"];
      return [become([{ ...fresh, id: call.id, blob: call.blob }, ...versions]), "committed"];
    }
    case "delete":
      return [
        become([{ ...fresh, id: call.id, blob: "", isMarker: true }, ...versions]),
        "deleted",
      ];
    case "delete-version": {
      const found = versions.find(({ id }) => id === call.id);
      if (found !== undefined && isLocked(found, clock, call.bypass)) return [same, "locked"];
      return [become(versions.filter((version) => version !== found)), "deleted"];
    }
    default: {
      const found = call.id === undefined ? versions[0] : versions.find(({ id }) => id === call.id);
      if (found === undefined) {
        return [same, call.id === undefined ? "no-such-key" : "no-such-version"];
      }
      if (found.isMarker) return [same, "delete-marker"];
      const changed = amended(found, call, clock);
      if (typeof changed === "string") return [same, changed];
      return [become(versions.map((one) => (one === found ? changed : one))), "amended"];
    }
  }
}

function amended(
  version: ModelVersion,
  call: Extract<ModelCall, { kind: "tags" | "legal" | "retention" }>,
  now: number,
): ModelVersion | string {
  if (call.kind === "tags") return { ...version, tags: call.tags };
  const { lock } = version;
  if (call.kind === "legal") return { ...version, lock: { ...lock, legal: call.isOn } };
  const legal = lock.legal === undefined ? {} : { legal: lock.legal };
  const end = endOf(lock, now);
  const isRunning = end > now;
  const isFree = !isRunning || (lock.mode === "GOVERNANCE" && call.bypass);
  const { wish } = call;
  if (wish.kind === "remove") return isFree ? { ...version, lock: legal } : "locked";
  if (!isFree && wish.mode !== lock.mode) return "locked";
  const { mode } = wish;
  if (wish.kind === "set") {
    if (wish.until < end && !isFree) return "locked";
    if (wish.until < end && typeof lock.hold === "number") return "hold-unspecified";
    const hold = lock.hold === undefined ? {} : { hold: lock.hold };
    return { ...version, lock: { mode, until: wish.until, ...legal, ...hold } };
  }
  const until = isRunning ? { until: end } : {};
  if (wish.kind === "hold")
    return { ...version, lock: { mode, ...until, ...legal, hold: wish.days } };
  return isRunning
    ? { ...version, lock: { mode, ...until, ...legal, hold: "off" } }
    : "hold-without-date";
}
