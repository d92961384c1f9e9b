// Who is signed in. Credentials live in this module's memory, and in the tab's session storage only
// when the person chose that. The long-term key is never stored: it stays in memory for the calls that
// sessions may not make, and is asked for again after a reload.

import { hasCode } from "./handed-over.ts";

export interface Key {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface Identity {
  readonly accountId: string;
  readonly arn: string;
  readonly userId: string;
}

export interface Session {
  readonly key: Key;
  readonly identity: Identity;
  readonly region: string;
  /** When the key ends, milliseconds since the epoch; absent for a long-term key. */
  readonly expiresAtMs?: number;
  readonly isRemembered: boolean;
  /** The session behind an assumed role. */
  readonly own?: Session;
}

/** Why the person is asked for a key while a screen stays open. */
export type Ask = "expired" | "key-needed";

export interface SessionState {
  readonly session: Session | undefined;
  readonly ask: Ask | undefined;
  /** The session has ended and its question was closed: only the person opens it again. */
  readonly isWithheld: boolean;
}

const storageKey = "cairn.session";
let state: SessionState = { session: restore(), ask: undefined, isWithheld: false };
let longTerm: Key | undefined;
let waiting: { readonly go: () => void; readonly giveUp: (reason: Error) => void }[] = [];
const listeners = new Set<() => void>();

const forgetters = new Set<() => void>();

/** Runs `forget` before another identity, or nobody, is shown anything. */
export function whenIdentityChanges(forget: () => void): void {
  forgetters.add(forget);
}

const renewers = new Set<() => void>();

/** Runs `renewed` whenever there is a new session, or the key of one. */
export function whenRenewed(renewed: () => void): void {
  renewers.add(renewed);
}

function set(next: SessionState): void {
  const isOther = next.session?.identity.arn !== state.session?.identity.arn;
  state = next;
  if (isOther) for (const forget of forgetters) forget();
  for (const listener of [...listeners]) listener();
}

/** For `useSyncExternalStore`. */
export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const currentState = (): SessionState => state;
export const currentSession = (): Session | undefined => state.session;

/** The long-term key of whoever signed in, while this page lives; none while acting as a role. */
export function longTermKey(): Key | undefined {
  return state.session?.own === undefined ? longTerm : undefined;
}

/** Begins a session, or renews it. `key` is the long-term key it came from, when it did. */
export function begin(session: Session, key?: Key): void {
  if (key !== undefined) longTerm = key;
  store(session);
  set({ session, ask: undefined, isWithheld: false });
  const renewed = waiting;
  waiting = [];
  for (const { go } of renewed) go();
  for (const tell of renewers) tell();
}

/** Forgets everything. */
export function end(): void {
  longTerm = undefined;
  store(undefined);
  const { ask = "expired" } = state;
  set({ session: undefined, ask: undefined, isWithheld: false });
  refuse(ask);
}

/** Tells whoever waits for a key that none comes. */
function refuse(ask: Ask): void {
  const refused = waiting;
  waiting = [];
  for (const { giveUp } of refused) giveUp(new KeyWithheld(ask));
}

/** Goes back from a role to the session behind it. */
export function stopActing(): void {
  const own = state.session?.own;
  if (own !== undefined) begin(own);
}

/** The key that was asked for was not given. */
export class KeyWithheld extends Error {
  readonly ask: Ask;

  constructor(ask: Ask) {
    super(ask);
    this.name = "KeyWithheld";
    this.ask = ask;
  }
}

/**
 * Asks for a key, with everything left open; resolves when there is a new session. Throws KeyWithheld
 * when the question is closed without an answer.
 */
export function askForKey(ask: Ask): Promise<void> {
  set({ ...state, ask });
  return new Promise((go, giveUp) => {
    waiting.push({ go, giveUp });
  });
}

/** Closes the question; whoever waits for the answer is told so, and can ask again. */
export function dismissAsk(): void {
  const { ask = "key-needed", isWithheld } = state;
  set({ ...state, ask: undefined, isWithheld: isWithheld || ask === "expired" });
  refuse(ask);
}

/**
 * For a call whose session, `begun`, turned out to have ended. Resolves once there is another: however
 * many calls wait, the person is asked once. Throws KeyWithheld, without asking, after they closed the
 * question: what goes on by itself would ask without end.
 */
export async function renewal(begun: Session | undefined): Promise<void> {
  if (state.session !== begun) return;
  if (state.isWithheld && state.ask === undefined) throw new KeyWithheld("expired");
  await askForKey("expired");
}

/** For what the person starts anew: asks again where they had closed the question. */
export async function askAgain(): Promise<void> {
  if (state.isWithheld) await askForKey("expired");
}

function store(session: Session | undefined): void {
  try {
    // A key that does not end by itself is not written anywhere.
    const isStorable = session?.isRemembered && session.key.sessionToken !== undefined;
    if (isStorable) sessionStorage.setItem(storageKey, JSON.stringify(session));
    else sessionStorage.removeItem(storageKey);
  } catch {
    // Storage may be forbidden; then nothing is remembered.
  }
}

function restore(): Session | undefined {
  // A link to sign in by counts more than a session of before, perhaps of another server.
  if (hasCode()) return undefined;
  try {
    const text = sessionStorage.getItem(storageKey);
    return text === null ? undefined : (JSON.parse(text) as Session);
  } catch {
    return undefined;
  }
}
