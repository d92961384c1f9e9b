// Where the console begins: theme, nonce for the style elements of libraries, and either the form to
// sign in by, which needs next to nothing, or everything else.

// First, before the router reads the address.
import "./session/handed-over.ts";
import { type ComponentType, StrictMode, useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import SignInScreen from "./session/sign-in-screen.tsx";
import { currentSession } from "./session/store.ts";
import { useSessionState } from "./session/use-session.ts";
import "./styles/base.css";
import "./styles/frame.css";
import "./styles/components.css";
import { applyTheme } from "./theme.ts";

applyTheme();
const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content;
// The name that Radix's style elements look for.
Object.assign(globalThis, { __webpack_nonce__: nonce });

let App: ComponentType | undefined;
async function loadApp(): Promise<void> {
  ({ default: App } = await import("./app.tsx"));
}
// Whoever is signed in sees nothing before it. React's own `lazy` would hold it back by 300 ms.
if (currentSession() !== undefined) await loadApp();

/** Nobody sees a screen without a session; an address opened before signing in is shown after it. */
function Root() {
  const isSignedIn = useSessionState().session !== undefined;
  const [isLoaded, setLoaded] = useState(App !== undefined);
  useEffect(() => {
    if (isLoaded) return;
    // It comes while the person fills in the form, once that is painted.
    const timer = setTimeout(() => loadApp().then(() => setLoaded(true)), 50);
    return () => clearTimeout(timer);
  }, [isLoaded]);
  if (!isSignedIn) return <SignInScreen />;
  return App === undefined ? null : <App />;
}

const element = document.getElementById("root");
if (element !== null) {
  createRoot(element).render(
    <StrictMode>
      <Root />
    </StrictMode>,
  );
}
