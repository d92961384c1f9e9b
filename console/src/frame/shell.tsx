// The outermost part for whoever is signed in.

import { Outlet } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { useSessionState } from "../session/use-session.ts";
import { Frame } from "./frame.tsx";
import { Loading } from "./states.tsx";

const AskForKey = lazy(() => import("../session/ask-for-key.tsx"));

export function Shell() {
  const { session, ask } = useSessionState();
  // For the moment between signing out and the form.
  if (session === undefined) return null;
  return (
    <>
      <Frame>
        {/* Another identity sees nothing of what the one before had loaded. */}
        <Suspense key={session.identity.arn} fallback={<Loading />}>
          <Outlet />
        </Suspense>
      </Frame>
      <Suspense>{ask !== undefined && <AskForKey ask={ask} />}</Suspense>
    </>
  );
}
