// The link that a server on this machine prints holds a code in its fragment, which no server and no
// other page sees. The code is taken out of the address when this module loads, which is before the
// router reads that, and traded for the key once.

import type { Key } from "./store.ts";

let code = takeCode();

function takeCode(): string | undefined {
  const found = /^#sign-in=([\w-]{20,})$/.exec(location.hash ?? "")?.[1];
  if (found !== undefined) history.replaceState(null, "", location.pathname + location.search);
  return found;
}

/** Whether the person came by such a link, and was not signed in by it yet. */
export const hasCode = (): boolean => code !== undefined;

/** The key, once; nothing when the link was used before, or is too old. */
export async function redeemCode(): Promise<Key | undefined> {
  const headers = { "x-cairn-sign-in": code ?? "" };
  code = undefined;
  const answer = await fetch("/-/console/sign-in", { method: "POST", headers });
  return answer.ok ? ((await answer.json()) as Key) : undefined;
}
