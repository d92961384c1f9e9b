// Deeds: calls that change something, as the SDK's own commands. What a screen shows as code and what
// it sends are one and the same object, so that they cannot differ.

import type { Call } from "../components/show-as-text.ts";
import { sendIam, sendKms } from "./identity.ts";
import { send } from "./s3.ts";

/** A command of the SDK: `new TagUserCommand({ ... })`. */
export interface Deed {
  readonly input: object;
  /** What the SDK knows of it: its service's name space and its own name are in it. */
  readonly schema?: unknown;
}

const services = {
  "com.amazonaws.s3": "s3",
  "com.amazonaws.iam": "iam",
  "com.amazonaws.kms": "kms",
} as const;

function serviceOf({ schema }: Deed): { service: "s3" | "iam" | "kms"; operation: string } {
  const [, space, operation] = schema as readonly [unknown, keyof typeof services, string];
  return { service: services[space], operation };
}

/** The deed in the words of "show as code". */
export function callOf(deed: Deed): Call {
  return { ...serviceOf(deed), input: { ...deed.input } };
}

type Send = (deed: Deed) => Promise<unknown>;

const senders: Readonly<Record<"s3" | "iam" | "kms", Send>> = {
  s3: send as unknown as Send,
  iam: sendIam as unknown as Send,
  kms: sendKms as unknown as Send,
};

/** Sends them one after another; the first refusal ends it and is thrown. */
export async function sendDeeds(deeds: readonly Deed[]): Promise<void> {
  for (const deed of deeds) await senders[serviceOf(deed).service](deed);
}
