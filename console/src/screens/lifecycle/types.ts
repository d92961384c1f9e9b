// What the admin API answers of lifecycle, and how an action is said.

import { lifecycle as text } from "../../messages/en/lifecycle.ts";

export interface PreviewDay {
  readonly day: string;
  readonly action: string;
  readonly rule: string;
  readonly from: string;
  readonly to: string | null;
  readonly count: number;
  readonly bytes: number;
}

export interface Preview {
  readonly keys: number;
  readonly versions: number;
  readonly days: readonly PreviewDay[];
  readonly samples: readonly {
    readonly at: string;
    readonly action: string;
    readonly rule: string;
    readonly key: string;
    readonly versionId?: string;
  }[];
  readonly savings: readonly {
    readonly prices: string;
    readonly asOf: string;
    readonly storage: number;
    readonly transitions: number;
    readonly net: number;
  }[];
  readonly next?: string;
}

export interface LifecycleStatus {
  readonly hasRules: boolean;
  readonly dueAt?: string | null;
  readonly lastLookAt?: string | null;
  readonly lastCompletedAt?: string | null;
  readonly lastRun?: Readonly<Record<string, number>>;
  readonly error?: string | null;
  readonly backlog: { readonly ranges: number; readonly versions: number };
  readonly nextDueAt: string | null;
}

export interface ExplainedVersion {
  readonly versionId: string;
  readonly isLatest: boolean;
  readonly isDeleteMarker: boolean;
  readonly modifiedAt: string;
  readonly storageClass: string;
  readonly lockedUntil?: string | null;
  readonly waitsForReplication?: boolean;
  readonly events: readonly {
    readonly at: string | null;
    readonly action: string;
    readonly rule: string;
    readonly to: string | null;
  }[];
}

const actions = [
  "Expiration",
  "ExpiredObjectDeleteMarker",
  "NoncurrentVersionExpiration",
  "AbortIncompleteMultipartUpload",
  "Transition",
  "NoncurrentVersionTransition",
] as const;

/** `objects move to GLACIER`. */
export function sayAction(action: string, to: string | null | undefined): string {
  const known = actions.find((name) => name === action);
  return known === undefined ? action : text(known, { to: to ?? "" });
}
