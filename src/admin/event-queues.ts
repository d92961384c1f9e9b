// The queues that an account's buckets may send events to, for its root and the operator. Bindings are
// the deployment's own affair and are not told.

import { operatorAccount } from "../catalog/accounts.ts";
import { queuesOf } from "../outbound/queues.ts";
import { queueArn } from "../s3/event-destinations.ts";
import { type AdminCall, requireAccount } from "./access.ts";
import { answer } from "./answer.ts";
import type { EventQueues } from "./answers.ts";

/** `GET /accounts/{ID|self}/queues`: `{queues}`, by name. */
export async function answerListQueues(call: AdminCall, account: string): Promise<Response> {
  const accountId = requireAccount(call, account);
  const region = call.env.REGION ?? "us-east-1";
  const { accountId: operatorId } = await operatorAccount(call);
  const names = queuesOf(call.env, accountId, operatorId);
  return answer<EventQueues>({
    queues: names.map((name) => ({ name, queueArn: queueArn(region, accountId, name) })),
  });
}
