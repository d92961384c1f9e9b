// The session as React sees it.

import { useSyncExternalStore } from "react";
import { currentState, type Session, type SessionState, subscribe } from "./store.ts";

export const useSessionState = (): SessionState => useSyncExternalStore(subscribe, currentState);

/** The session of a screen inside the frame, which is shown to nobody without one. */
export function useSession(): Session {
  const { session } = useSessionState();
  if (session === undefined) throw new Error("no session");
  return session;
}
