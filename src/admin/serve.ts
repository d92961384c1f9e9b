// The admin API behind the console and the `cairn` command: `/-/api/v1/...`, JSON in and out, signed
// with SigV4 like any S3 request. This page is its table of paths. Authentication is passed in, so
// that this door has the same lock as every other (SEC-068).

import { type Context, Hono } from "hono";
import type { CallFacts } from "../auth/authorize.ts";
import type { Env, Seams } from "../env.ts";
import type { ByteSource } from "../s3/byte-source.ts";
import type { AdminCall, Resend } from "./access.ts";
import {
  answerCreateAccount,
  answerDeleteAccount,
  answerGetAccount,
  answerListAccounts,
} from "./accounts.ts";
import { AdminError, answerError } from "./answer.ts";
import { answerAudit } from "./audit.ts";
import { answerCost } from "./cost.ts";
import { answerListQueues } from "./event-queues.ts";
import { answerEvents } from "./events.ts";
import { answerBucketAccess, answerExplain, answerExplainMessage } from "./explain.ts";
import { answerCreateKey, answerDeleteKey, answerListKeys, answerUpdateKey } from "./keys.ts";
import {
  answerExplainLifecycle,
  answerLifecycle,
  answerListLifecycle,
  answerPreviewLifecycle,
} from "./lifecycle.ts";
import { answerReseal } from "./master-key.ts";
import { answerCreateRemote, answerDeleteRemote, answerListRemotes } from "./remotes.ts";
import { answerReplicate, answerReplication } from "./replication.ts";
import { answerStatus } from "./status.ts";
import {
  answerAdvanceJob,
  answerGetJob,
  answerListDuties,
  answerListFindings,
  answerListJobs,
  answerStartJobs,
} from "./upkeep.ts";
import { answerRequestCounts, answerUsage } from "./usage.ts";
import {
  answerCreateWebhook,
  answerDeleteWebhook,
  answerGetDelivery,
  answerGetWebhook,
  answerListDeliveries,
  answerListWebhooks,
  answerReplay,
  answerRotateWebhook,
  answerTestWebhook,
  answerUpdateWebhook,
  type WebhookPath,
} from "./webhooks.ts";

/** Who asks, as the same authentication that guards S3 found it. */
export interface AdminCaller extends CallFacts {
  /** Opens the payload; it is verified against the signature while it is read. Once only. */
  openBody(): ByteSource;
}

export interface AdminFacts {
  readonly env: Env;
  readonly seams: Seams;
  /** May throw any S3Error of authentication; anonymous is a principal, and is refused here. */
  authenticate(): Promise<AdminCaller>;
  /** Works on an upkeep job for a moment: the jobs are no part of this room. */
  advanceJob(jobId: string): Promise<void>;
  /** Writes down what this isolate has recorded and not written yet. */
  settleRecords?(): Promise<void>;
  /** Sends a delivery to a webhook: neither are deliveries. */
  readonly resend: Resend;
}

type AdminContext = Context<{ Bindings: AdminCall }>;

const app = new Hono<{ Bindings: AdminCall }>().basePath("/-/api/v1");

/** One path's methods; any other method of it is MethodNotAllowed, not NoSuchPath. */
function route(
  path: string,
  methods: Readonly<Record<string, (c: AdminContext) => Promise<Response>>>,
): void {
  for (const [method, handler] of Object.entries(methods)) app.on(method, path, handler);
  app.all(path, () => {
    throw new AdminError("MethodNotAllowed");
  });
}

const ACCOUNT = ":account{[0-9]{12}|self}";
const KEY = ":key{[A-Za-z0-9]{1,128}}";
const BUCKET = ":bucket{[a-z0-9._-]{1,255}}";
const JOB = ":job{[A-Z0-9]{16}}";
const REMOTE = ":remote{[a-z0-9][a-z0-9-]*}";

route("/status", { GET: (c) => answerStatus(c.env) });
route("/accounts", {
  GET: (c) =>
    answerListAccounts(c.env, { after: c.req.query("after"), limit: c.req.query("limit") }),
  POST: (c) => answerCreateAccount(c.env),
});
route(`/accounts/${ACCOUNT}`, {
  GET: (c) => answerGetAccount(c.env, parameter(c, "account")),
  DELETE: (c) => answerDeleteAccount(c.env, parameter(c, "account")),
});
route(`/accounts/${ACCOUNT}/keys`, {
  GET: (c) => answerListKeys(c.env, parameter(c, "account")),
  POST: (c) => answerCreateKey(c.env, parameter(c, "account")),
});
route(`/keys/${KEY}`, {
  PATCH: (c) => answerUpdateKey(c.env, parameter(c, "key")),
  DELETE: (c) => answerDeleteKey(c.env, parameter(c, "key")),
});
route("/explain", { POST: (c) => answerExplain(c.env) });
route("/explain/message", { POST: (c) => answerExplainMessage(c.env) });
route(`/buckets/${BUCKET}/access`, {
  GET: (c) =>
    answerBucketAccess(c.env, parameter(c, "bucket"), {
      key: c.req.query("key"),
      after: c.req.query("after"),
      limit: c.req.query("limit"),
    }),
});
route("/lifecycle", {
  GET: (c) =>
    answerListLifecycle(c.env, { after: c.req.query("after"), limit: c.req.query("limit") }),
});
route(`/buckets/${BUCKET}/lifecycle`, {
  GET: (c) => answerLifecycle(c.env, parameter(c, "bucket")),
});
route(`/buckets/${BUCKET}/lifecycle/preview`, {
  POST: (c) => answerPreviewLifecycle(c.env, parameter(c, "bucket")),
});
route(`/buckets/${BUCKET}/lifecycle/explain`, {
  GET: (c) => answerExplainLifecycle(c.env, parameter(c, "bucket"), c.req.query("key")),
});
route(`/accounts/${ACCOUNT}/queues`, {
  GET: (c) => answerListQueues(c.env, parameter(c, "account")),
});
route(`/accounts/${ACCOUNT}/webhooks`, {
  GET: (c) => answerListWebhooks(c.env, parameter(c, "account")),
  POST: (c) => answerCreateWebhook(c.env, parameter(c, "account")),
});
const WEBHOOK = `/accounts/${ACCOUNT}/webhooks/:webhook{[A-Za-z0-9_-]{1,80}}`;
route(WEBHOOK, {
  GET: (c) => answerGetWebhook(c.env, webhookPath(c)),
  PATCH: (c) => answerUpdateWebhook(c.env, webhookPath(c)),
  DELETE: (c) => answerDeleteWebhook(c.env, webhookPath(c)),
});
route(`${WEBHOOK}/rotate`, { POST: (c) => answerRotateWebhook(c.env, webhookPath(c)) });
route(`${WEBHOOK}/test`, { POST: (c) => answerTestWebhook(c.env, webhookPath(c)) });
route(`${WEBHOOK}/replay`, { POST: (c) => answerReplay(c.env, webhookPath(c)) });
route(`${WEBHOOK}/deliveries`, {
  GET: (c) =>
    answerListDeliveries(c.env, webhookPath(c), {
      outcome: c.req.query("outcome"),
      before: c.req.query("before"),
      limit: c.req.query("limit"),
    }),
});
route(`${WEBHOOK}/deliveries/:delivery{[0-9A-Za-z-]{1,64}}`, {
  GET: (c) => answerGetDelivery(c.env, webhookPath(c), parameter(c, "delivery")),
});
route("/events/:bucket{[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]}", {
  GET: (c) => answerEvents(c.env, parameter(c, "bucket")),
});
route("/master-key/reseal", { POST: (c) => answerReseal(c.env) });
route("/duties", { GET: (c) => answerListDuties(c.env) });
route("/jobs", {
  GET: (c) => answerListJobs(c.env, { kind: c.req.query("kind"), limit: c.req.query("limit") }),
  POST: (c) => answerStartJobs(c.env),
});
route(`/jobs/${JOB}`, { GET: (c) => answerGetJob(c.env, parameter(c, "job")) });
route(`/jobs/${JOB}/advance`, { POST: (c) => answerAdvanceJob(c.env, parameter(c, "job")) });
route(`/jobs/${JOB}/findings`, {
  GET: (c) =>
    answerListFindings(c.env, parameter(c, "job"), {
      after: c.req.query("after"),
      limit: c.req.query("limit"),
    }),
});
route("/remotes", {
  GET: (c) => answerListRemotes(c.env),
  POST: (c) => answerCreateRemote(c.env),
});
route(`/remotes/${REMOTE}`, { DELETE: (c) => answerDeleteRemote(c.env, parameter(c, "remote")) });
route(`/replication/${BUCKET}`, {
  GET: (c) => answerReplication(c.env, parameter(c, "bucket")),
  POST: (c) => answerReplicate(c.env, parameter(c, "bucket")),
});
route("/audit", {
  GET: (c) => answerAudit(c.env, (name) => c.req.query(name), Object.keys(c.req.query())),
});
route("/cost", { GET: (c) => answerCost(c.env, (name) => c.req.query(name)) });
route("/usage", {
  GET: (c) => answerUsage(c.env, (name) => c.req.query(name)),
});
route("/usage/requests", {
  GET: (c) => answerRequestCounts(c.env, (name) => c.req.query(name)),
});
app.notFound(() => answerError(new AdminError("NoSuchPath")));
app.onError((error) => answerError(error));

/** Answers a request to the admin API. Never throws. Who is not known learns not even the paths. */
export async function serveAdmin(request: Request, facts: AdminFacts): Promise<Response> {
  try {
    const { env, seams } = facts;
    const advanceJob = (jobId: string) => facts.advanceJob(jobId);
    const settleRecords = async () => facts.settleRecords?.();
    const caller = await facts.authenticate();
    if (caller.principal.type === "Anonymous") throw new AdminError("AccessDenied");
    const { principal, nowMs } = caller;
    const openBody = () => caller.openBody();
    const call = {
      env,
      seams,
      nowMs,
      principal,
      asking: caller,
      openBody,
      advanceJob,
      settleRecords,
      resend: facts.resend,
    };
    return await app.fetch(request, call);
  } catch (error) {
    return answerError(error);
  }
}

function webhookPath(c: AdminContext): WebhookPath {
  return { account: parameter(c, "account"), name: parameter(c, "webhook") };
}

type Parameter = "account" | "bucket" | "delivery" | "key" | "job" | "remote" | "webhook";

function parameter(c: AdminContext, name: Parameter): string {
  return c.req.param(name) ?? "";
}
