// How the deployment is: version, settings that are no secret, what the catalog holds, and whether
// each store answers. The operator's alone (SEC-116).

import { operatorAccount } from "../catalog/accounts.ts";
import { type Census, takeCensus } from "../catalog/census.ts";
import { classTable, type StoreBinding } from "../storage/classes.ts";
import { type AdminCall, requireOperator } from "./access.ts";
import { answer } from "./answer.ts";
import type { ServerStatus } from "./answers.ts";
import { describeUpkeep } from "./upkeep.ts";

/** The release. Kept equal to `package.json` by a test. */
export const VERSION = "0.1.0";

/** A blob id never begins so: the probe reads nothing that anybody stored. */
const PROBE_KEY = "-status-probe";

/** `GET /status`. Answers 200 while parts are down: `catalog` and `stores` say which. */
export async function answerStatus(call: AdminCall): Promise<Response> {
  requireOperator(call);
  const [catalog, stores, upkeep] = await Promise.all([
    describeCatalog(call),
    describeStores(call),
    describeUpkeep(call),
  ]);
  return answer<ServerStatus>({
    version: VERSION,
    region: call.env.REGION ?? "us-east-1",
    baseDomain: call.env.BASE_DOMAIN ?? null,
    websiteDomain: call.env.WEBSITE_DOMAIN ?? null,
    time: new Date(call.nowMs).toISOString(),
    catalog,
    stores,
    upkeep,
  });
}

type CatalogStatus =
  | { readonly answers: false }
  | ({ readonly answers: true; readonly deployedAt: string } & Census);

/** The operator's account is made on first use, so its age is the deployment's. */
async function describeCatalog(call: AdminCall): Promise<CatalogStatus> {
  try {
    const { createdAtMs } = await operatorAccount(call);
    const census = await takeCensus(call);
    return { answers: true, deployedAt: new Date(createdAtMs).toISOString(), ...census };
  } catch (error) {
    console.error("status: the catalog does not answer:", error);
    return { answers: false };
  }
}

async function describeStores(call: AdminCall) {
  const classesOf = new Map<StoreBinding, string[]>();
  for (const [storageClass, { stores }] of Object.entries(classTable)) {
    for (const { binding } of stores) {
      classesOf.set(binding, [...(classesOf.get(binding) ?? []), storageClass]);
    }
  }
  return Promise.all(
    [...classesOf].map(async ([binding, classes]) => ({
      store: binding,
      classes,
      answers: await answersProbe(call.env[binding]),
    })),
  );
}

async function answersProbe(store: R2Bucket): Promise<boolean> {
  try {
    await store.head(PROBE_KEY);
    return true;
  } catch (error) {
    console.error("status: a store does not answer:", error);
    return false;
  }
}
