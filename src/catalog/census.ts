// How much the catalog holds, for the operator's status page. Counted anew each time.

import { type CatalogCall, queryFirst } from "./database.ts";

export interface Census {
  readonly accounts: number;
  /** Without the deployment's own root key, which is in no table. */
  readonly accessKeys: number;
  readonly buckets: number;
  /** Buckets that are being made or deleted at this moment, or whose caller was lost. */
  readonly unsettledBuckets: number;
  /** Webhooks that are switched off, most of them after failing for long: somebody should look. */
  readonly disabledWebhooks: number;
}

const countAll = `SELECT
  (SELECT count(*) FROM accounts WHERE state = 'active') AS accounts,
  (SELECT count(*) FROM access_keys) AS accessKeys,
  (SELECT count(*) FROM buckets WHERE state = 'active') AS buckets,
  (SELECT count(*) FROM buckets WHERE state <> 'active') AS unsettledBuckets,
  (SELECT count(*) FROM webhooks WHERE state = 'disabled') AS disabledWebhooks`;

/** The numbers at this moment. Throws `ServiceUnavailable` when D1 does not answer. */
export async function takeCensus(call: CatalogCall): Promise<Census> {
  const counts = await queryFirst<Census>(call, [countAll]);
  if (counts === undefined) throw new Error("the catalog counted nothing");
  return counts;
}
