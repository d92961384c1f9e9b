// Links and addresses of screens. Paths are text with their parameters filled in; what follows `?` is
// given as an object, and everything in it is text.

import { Link, useNavigate, useRouterState } from "@tanstack/react-router";
import { type ReactNode, useCallback } from "react";

export type Search = Readonly<Record<string, string | undefined>>;

interface GoProps {
  readonly to: string;
  readonly search?: Search;
  readonly className?: string;
  readonly title?: string;
  readonly "aria-current"?: "page" | undefined;
  readonly "aria-label"?: string;
  readonly children: ReactNode;
  onClick?(): void;
}

/** Only the very page is the current one: a bucket's objects are not its uploads. */
const active = { exact: true, includeSearch: false } as const;

/** A link to a screen. */
export function Go({ to, search = {}, ...rest }: GoProps) {
  return <Link {...rest} to={to as never} search={search as never} activeOptions={active} />;
}

/** Goes to a screen: `go("/buckets/x", { prefix: "a/" })`; `replace` leaves no trace in the history. */
export function useGo(): (to: string, search?: Search, replace?: boolean) => void {
  const navigate = useNavigate();
  return useCallback(
    (to, search = {}, replace = false) => {
      navigate({ to: to as never, search: search as never, replace });
    },
    [navigate],
  );
}

/** The path below `/-/console`, with what follows `?` as text. */
export function useAddress(): { readonly path: string; readonly search: Search } {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const search = useRouterState({ select: (state) => state.location.search });
  return { path, search: search as unknown as Search };
}

/**
 * What follows `?` for the screen that is shown: while another one is still on its way, the address is
 * that one's already, and this is not.
 */
export function useSearch(): Search {
  return useRouterState({ select: (state) => state.matches.at(-1)?.search }) as unknown as Search;
}

/** A parameter of the path: `useParameter("bucket")`. Empty when the screen has none of that name. */
export function useParameter(name: string): string {
  return useRouterState({
    select: (state) => {
      const parameters = state.matches.at(-1)?.params as Record<string, string> | undefined;
      return parameters?.[name] ?? "";
    },
  });
}
