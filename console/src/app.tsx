// Everything behind the sign-in: query cache, hints, router. A chunk of its own, so that the form to
// sign in by waits for none of it.

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { Tooltip } from "radix-ui";
import { describeError } from "./errors.ts";
import { router } from "./router.tsx";
import { whenIdentityChanges, whenRenewed } from "./session/store.ts";

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
// What a missing key or an ended session kept from being shown comes as soon as there is a new one.
whenRenewed(() => queries.refetchQueries({ predicate: ({ state }) => state.status === "error" }));

export default function App() {
  return (
    <QueryClientProvider client={queries}>
      <Tooltip.Provider delayDuration={400}>
        <RouterProvider router={router} />
      </Tooltip.Provider>
    </QueryClientProvider>
  );
}
