// What the service does by itself to a bucket's objects (expires, moves, restores), as jobs tell it to
// whoever records requests. Who wants it and where it goes is not theirs to know: the entry passes that in.

/** One action on one object, as access logs name it: `S3.EXPIRE.OBJECT`, `S3.TRANSITION_SIA.OBJECT`. */
export interface ServiceAction {
  readonly operation: `S3.${string}`;
  readonly key: string;
  readonly versionId?: string | undefined;
  readonly objectBytes?: number | undefined;
}

/** Records actions on objects of a bucket, by its name; nothing where nobody wants it. Never throws. */
export type RecordActions = (bucket: string, actions: readonly ServiceAction[]) => Promise<void>;
