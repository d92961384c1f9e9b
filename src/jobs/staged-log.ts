// Lines of access logs on their way: written by the isolates that served the requests, one value for
// each bucket and target, until a delivery takes them. Pure.

/** Where a log goes, and how its objects are named. */
export interface StagedTarget {
  readonly bucket: string;
  readonly prefix: string;
  readonly partitionedBy?: "EventTime" | "DeliveryTime";
  /** Headers that give its objects an ACL. */
  readonly grants?: Readonly<Record<string, string>>;
}

/** The bucket whose log it is, and where the log went when the requests came. */
export interface StagedLog {
  readonly bucketId: string;
  readonly bucket: string;
  readonly accountId: string;
  readonly region: string;
  readonly target: StagedTarget;
}

/** As a chunk holds it. */
export interface StagedLines extends StagedLog {
  /** Time of the request, and its line without an end. */
  readonly lines: readonly (readonly [timeMs: number, line: string])[];
}
