// Where the console begins: theme, nonce for the style elements of libraries, query cache, router.

// First, before the router reads the address.
import "./session/handed-over.ts";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { Tooltip } from "radix-ui";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { describeError } from "./errors.ts";
import { router } from "./router.tsx";
import { whenIdentityChanges } from "./session/store.ts";
import "./styles/base.css";
import "./styles/frame.css";
import "./styles/components.css";
import { applyTheme } from "./theme.ts";

applyTheme();
const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content;
// The name that Radix's style elements look for.
Object.assign(globalThis, { __webpack_nonce__: nonce });

// A file dropped where nothing takes it would replace the console, and end what it was doing.
for (const name of ["dragover", "drop"]) {
  window.addEventListener(name, (event) => {
    const { dataTransfer } = event as DragEvent;
    if (event.defaultPrevented || !dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    dataTransfer.dropEffect = "none";
  });
}

const queries = new QueryClient({
  defaultOptions: {
    // A server on this machine answers without a network.
    mutations: { networkMode: "always" },
    queries: {
      networkMode: "always",
      staleTime: 15_000,
      refetchOnWindowFocus: false,
      // The SDK repeats what is worth repeating; what the client asked wrongly stays wrong.
      retry: (count, error) => (describeError(error).status ?? 500) >= 500 && count < 1,
    },
  },
});

whenIdentityChanges(() => queries.clear());

const element = document.getElementById("root");
if (element !== null) {
  createRoot(element).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <Tooltip.Provider delayDuration={400}>
          <RouterProvider router={router} />
        </Tooltip.Provider>
      </QueryClientProvider>
    </StrictMode>,
  );
}
