// The outermost part: nobody sees a screen without a session, and an address opened before signing in
// is shown after it.

import { Outlet } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { useSessionState } from "../session/use-session.ts";
import { Frame } from "./frame.tsx";
import { Loading } from "./states.tsx";

const SignIn = lazy(() => import("../session/sign-in-screen.tsx"));
const AskForKey = lazy(() => import("../session/ask-for-key.tsx"));

export function Shell() {
  const { session, ask } = useSessionState();
  if (session === undefined) {
    return (
      <Suspense fallback={<Loading />}>
        <SignIn />
      </Suspense>
    );
  }
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
