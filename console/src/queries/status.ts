// How the deployment is, as `/-/api/v1/status` tells its operator; docs/OPERATIONS.md describes it.

import { adminQuery } from "./admin.ts";

export interface ServerStatus {
  readonly version: string;
  readonly region: string;
  readonly baseDomain: string | null;
  readonly time: string;
  readonly catalog: {
    readonly answers: boolean;
    readonly deployedAt?: string;
    readonly accounts?: number;
    readonly accessKeys?: number;
    readonly buckets?: number;
  };
  readonly stores: readonly {
    readonly store: string;
    readonly classes: readonly string[];
    readonly answers: boolean;
  }[];
  /** All `null` when it is not known. */
  readonly upkeep: {
    readonly damage: number | null;
    readonly stuckJobs: number | null;
    readonly stuckDuties: readonly string[] | null;
    readonly lastScrubAt: string | null;
  };
}

export const statusQuery = () => adminQuery<ServerStatus>("/status");
