// Remotes of replication for the operator: buckets behind other S3 endpoints, with the credentials to
// write there. A secret goes in and never comes out (SEC-067); addresses are the operator's word
// alone, and public ones unless this is a laptop (SEC-112).

import {
  createRemote,
  deleteRemote,
  listRemotes,
  type Remote,
  type RemoteKind,
} from "../catalog/remotes.ts";
import { isEgress } from "../s3/fetch-guard.ts";
import { type AdminCall, requireOperator } from "./access.ts";
import { AdminError, answer, answerNothing } from "./answer.ts";
import type { Remote as RemoteAnswer, Remotes } from "./answers.ts";
import { readFields } from "./fields.ts";

/** `GET /remotes`: `{remotes}`, by name. */
export async function answerListRemotes(call: AdminCall): Promise<Response> {
  requireOperator(call);
  return answer<Remotes>({ remotes: (await listRemotes(call)).map(renderRemote) });
}

/** `POST /remotes`: 201 with the remote, without its secret. */
export async function answerCreateRemote(call: AdminCall): Promise<Response> {
  requireOperator(call);
  const wish = await readFields(call.openBody(), {
    name: textField(/^[a-z0-9][a-z0-9-]{0,62}$/, "1 to 63 letters, digits and hyphens"),
    kind: kindField,
    account: textField(/^(?:\d{12}|\*|self)$/, "12 digits, self or *"),
    endpoint: endpointField(call.env.LOCAL === "true"),
    region: textField(/^[a-z0-9-]{1,64}$/, "a region"),
    bucket: textField(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "a bucket name"),
    accessKeyId: textField(/^[\x21-\x7e]{1,128}$/, "an access key id"),
    secretAccessKey: textField(/^[\x21-\x7e]{1,256}$/, "a secret key"),
  });
  const accountId = wish.account === "self" ? call.principal.accountId : wish.account;
  const { account: _, ...facts } = wish;
  const remote = { ...facts, accountId };
  if (!(await createRemote(call, remote))) throw new AdminError("RemoteExists");
  return answer(renderRemote({ ...remote, createdAtMs: call.nowMs }), 201);
}

/** `DELETE /remotes/{name}`: 204. Rules that name it fail from now on. */
export async function answerDeleteRemote(call: AdminCall, name: string): Promise<Response> {
  requireOperator(call);
  if (!(await deleteRemote(call, name))) throw new AdminError("NoSuchRemote");
  return answerNothing();
}

/** Member by member: what is not named here cannot leave. */
function renderRemote(remote: Remote): RemoteAnswer {
  const { name, kind, accountId, endpoint, region, bucket, accessKeyId, createdAtMs } = remote;
  return {
    name,
    arn: `arn:cairn:replication:::${name}`,
    kind,
    account: accountId,
    ...{ endpoint, region, bucket, accessKeyId },
    createdAt: new Date(createdAtMs).toISOString(),
  };
}

function kindField(value: unknown, field: string): RemoteKind {
  if (value === "cairn" || value === "s3") return value;
  throw new AdminError("InvalidRequest", `${field} must be "cairn" or "s3".`);
}

function textField(shape: RegExp, words: string) {
  return (value: unknown, field: string): string => {
    if (typeof value === "string" && shape.test(value)) return value;
    throw new AdminError("InvalidRequest", `${field} must be ${words}.`);
  };
}

function endpointField(isLocal: boolean) {
  return (value: unknown, field: string): string => {
    if (typeof value === "string" && value.length <= 512 && isEgress(value, isLocal)) {
      return value.replace(/\/+$/, "");
    }
    throw new AdminError("InvalidRequest", `${field} must be the https URL of a public host.`);
  };
}
