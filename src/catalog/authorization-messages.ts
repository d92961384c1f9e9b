// Why a call was denied, sealed for those who may know: the text travels with the refusal through
// hands that may not, and is opened by DecodeAuthorizationMessage in the same account. Sealed under
// MASTER_KEY, bound to the account.

import type { Env, Seams } from "../env.ts";
import { seal, unseal } from "./sealing.ts";

function label(accountId: string): { purpose: string; recordId: string } {
  return { purpose: "authorization-message", recordId: accountId };
}

/** Seals `text` for whoever may decode messages in the account. Letters, digits, `-` and `_`. */
export async function encodeMessage(
  place: { readonly env: Env; readonly seams: Seams },
  accountId: string,
  text: string,
): Promise<string> {
  const sealed = await seal(place, label(accountId), text);
  return Buffer.from(sealed, "utf8").toString("base64url");
}

/** The text; `undefined` for messages of other accounts and deployments, and for anything else. */
export async function decodeMessage(
  env: Env,
  accountId: string,
  encoded: string,
): Promise<string | undefined> {
  if (!/^[A-Za-z0-9_-]+$/.test(encoded)) return undefined;
  try {
    const sealed = Buffer.from(encoded, "base64url").toString("utf8");
    return await unseal(env, label(accountId), sealed);
  } catch {
    return undefined;
  }
}
