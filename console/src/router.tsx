// Addresses to screens. Search parameters are plain text: a prefix or key that looks like a number
// stays what it is.

import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Navigate,
} from "@tanstack/react-router";
import { Shell } from "./frame/shell.tsx";
import { Crash, Loading, NotFound } from "./frame/states.tsx";
import { screens } from "./screens.ts";

const root = createRootRoute({
  component: Shell,
  notFoundComponent: NotFound,
  errorComponent: Crash,
});

const start = createRoute({
  getParentRoute: () => root,
  path: "/",
  component: () => <Navigate to={screens[0]?.path ?? "/buckets"} replace />,
});

const routes = screens.map((screen) =>
  createRoute({
    getParentRoute: () => root,
    path: screen.path,
    component: lazyRouteComponent(() => screen.load()),
  }),
);

function parseSearch(search: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(search));
}

function stringifySearch(search: Record<string, unknown>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (value !== undefined && value !== "") parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return text === "" ? "" : `?${text}`;
}

export const router = createRouter({
  routeTree: root.addChildren([start, ...routes]),
  basepath: "/-/console",
  parseSearch,
  stringifySearch,
  defaultPreload: "intent",
  defaultPendingComponent: Loading,
  defaultErrorComponent: Crash,
  defaultNotFoundComponent: NotFound,
  scrollRestoration: true,
});
