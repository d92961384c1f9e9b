// A bucket like another: every setting of the source, read and turned into the calls that give it to the
// new bucket. What cannot be read or is refused is told, and stops nothing else.

import type { AccessControlPolicy } from "@aws-sdk/client-s3";
import { type Deed, sendDeeds } from "../../clients/deeds.ts";
import type { AnySetting } from "../settings/types.ts";

export interface CloneStep {
  readonly id: string;
  readonly title: string;
  /** None where the source has nothing set. */
  readonly deeds: readonly Deed[];
  /** Why the source's setting could not be read. */
  readonly error?: unknown;
}

export interface CloneResult {
  readonly title: string;
  readonly outcome: "copied" | "notSet" | "failed";
  readonly error?: unknown;
}

/** Versions before what needs them, what blocks public policies before a policy that may be one. */
const first = ["versioning", "lock", "ownership", "block", "encryption"];
const last = ["policy", "replication"];

/** A new bucket has these; where the source has not, they are taken away. */
const givenToNew: ReadonlySet<string> = new Set(["ownership", "block"]);

const placeOf = ({ id }: AnySetting): number =>
  first.includes(id) ? first.indexOf(id) : last.includes(id) ? 90 + last.indexOf(id) : 50;

async function allSettings(): Promise<readonly AnySetting[]> {
  // The screens of settings are large, and needed only here.
  const [{ properties }, { permissions }, { management }] = await Promise.all([
    import("../settings/properties.tsx"),
    import("../settings/permissions.tsx"),
    import("../settings/management.tsx"),
  ]);
  const all = [...properties, ...permissions, ...management];
  return all.sort((one, other) => placeOf(one) - placeOf(other));
}

/** Reads every setting of `source`; the steps that give them to `target`, in their order. */
export async function planClone(source: string, target: string): Promise<readonly CloneStep[]> {
  const settings = await allSettings();
  return Promise.all(
    settings.map(async (setting) => {
      const { id, title } = setting;
      try {
        return { id, title, deeds: deedsOf(setting, await setting.load(source), source, target) };
      } catch (error) {
        return { id, title, deeds: [], error };
      }
    }),
  );
}

function deedsOf(
  setting: AnySetting,
  document: unknown,
  source: string,
  target: string,
): readonly Deed[] {
  const { id } = setting;
  if (document === undefined) {
    return givenToNew.has(id) ? (setting.removal?.(target, undefined) ?? []) : [];
  }
  // What every bucket has; with enforced ownership it may not even be put.
  if (id === "acl" && isOwnersAlone(document as AccessControlPolicy)) return [];
  // A policy names its own bucket.
  const own = id === "policy" ? renamed(document, source, target) : document;
  return setting.deeds(target, own, undefined);
}

function isOwnersAlone({ Owner, Grants = [] }: AccessControlPolicy): boolean {
  return Grants.every(({ Grantee }) => Grantee?.ID !== undefined && Grantee.ID === Owner?.ID);
}

function renamed(document: unknown, source: string, target: string): unknown {
  return JSON.parse(JSON.stringify(document), (_name, value: unknown) => {
    const arn = `arn:aws:s3:::${source}`;
    const isOwn = typeof value === "string" && (value === arn || value.startsWith(`${arn}/`));
    return isOwn ? `arn:aws:s3:::${target}${value.slice(arn.length)}` : value;
  });
}

/** Takes the steps, each by itself. */
export async function runClone(steps: readonly CloneStep[]): Promise<readonly CloneResult[]> {
  const results: CloneResult[] = [];
  for (const { title, deeds, error } of steps) {
    if (error !== undefined) results.push({ title, outcome: "failed", error });
    else if (deeds.length === 0) results.push({ title, outcome: "notSet" });
    else {
      const refusal = await sendDeeds(deeds).then(
        () => undefined,
        (thrown: unknown) => ({ thrown }),
      );
      results.push(
        refusal === undefined
          ? { title, outcome: "copied" }
          : { title, outcome: "failed", error: refusal.thrown },
      );
    }
  }
  return results;
}
