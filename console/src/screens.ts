// The table of screens: address, name, and the module that draws it, loaded when first shown. A screen
// that is not in this table does not exist; one that is, works.

import type { ComponentType } from "react";
import { screens as text } from "./messages/en/screens.ts";

export interface Screen {
  /** The path below `/-/console`; `$bucket` is a parameter. */
  readonly path: string;
  readonly title: string;
  load(): Promise<{ default: ComponentType }>;
  /** Where the main navigation shows it; absent: it does not. */
  readonly navigation?: {
    readonly icon: string;
    readonly group: "storage" | "access" | "operate";
  };
  /** Shown as a tab of every bucket; such a path begins with `/buckets/$bucket`. */
  readonly isBucketTab?: boolean;
}

export const screens: readonly Screen[] = [
  {
    path: "/buckets",
    title: text("buckets"),
    load: () => import("./screens/buckets/index.tsx"),
    navigation: { icon: "database", group: "storage" },
  },
  {
    path: "/buckets/$bucket",
    title: text("objects"),
    load: () => import("./screens/objects/index.tsx"),
    isBucketTab: true,
  },
  {
    path: "/buckets/$bucket/uploads",
    title: text("uploads"),
    load: () => import("./screens/uploads/index.tsx"),
    isBucketTab: true,
  },
  {
    path: "/connect",
    title: text("connect"),
    load: () => import("./screens/connect/index.tsx"),
    navigation: { icon: "connect", group: "storage" },
  },
  {
    path: "/jobs",
    title: text("jobs"),
    load: () => import("./screens/jobs/index.tsx"),
    navigation: { icon: "activity", group: "operate" },
  },
];
