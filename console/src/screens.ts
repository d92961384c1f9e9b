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
    path: "/home",
    title: text("home"),
    load: () => import("./screens/home/index.tsx"),
    navigation: { icon: "home", group: "storage" },
  },
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
    path: "/buckets/$bucket/object",
    title: text("object"),
    load: () => import("./screens/object/index.tsx"),
  },
  {
    path: "/buckets/$bucket/settings",
    title: text("properties"),
    load: () => import("./screens/settings/index.tsx"),
    isBucketTab: true,
  },
  {
    path: "/buckets/$bucket/permissions",
    title: text("permissions"),
    load: () => import("./screens/settings/permissions-screen.tsx"),
    isBucketTab: true,
  },
  {
    path: "/buckets/$bucket/management",
    title: text("management"),
    load: () => import("./screens/settings/management-screen.tsx"),
    isBucketTab: true,
  },
  {
    path: "/buckets/$bucket/uploads",
    title: text("uploads"),
    load: () => import("./screens/uploads/index.tsx"),
    isBucketTab: true,
  },
  {
    path: "/buckets/$bucket/usage",
    title: text("usage"),
    load: () => import("./screens/usage/index.tsx"),
    isBucketTab: true,
  },
  {
    path: "/buckets/$bucket/access",
    title: text("access"),
    load: () => import("./screens/access/index.tsx"),
    isBucketTab: true,
  },
  {
    path: "/shares",
    title: text("shares"),
    load: () => import("./screens/shares/index.tsx"),
    navigation: { icon: "share", group: "storage" },
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
  {
    path: "/users",
    title: text("users"),
    load: () => import("./screens/users/index.tsx"),
    navigation: { icon: "users", group: "access" },
  },
  {
    path: "/users/$name",
    title: text("user"),
    load: () => import("./screens/users/user.tsx"),
  },
  {
    path: "/groups",
    title: text("groups"),
    load: () => import("./screens/groups/index.tsx"),
    navigation: { icon: "layers", group: "access" },
  },
  {
    path: "/groups/$name",
    title: text("group"),
    load: () => import("./screens/groups/group.tsx"),
  },
  {
    path: "/roles",
    title: text("roles"),
    load: () => import("./screens/roles/index.tsx"),
    navigation: { icon: "shield", group: "access" },
  },
  {
    path: "/roles/$name",
    title: text("role"),
    load: () => import("./screens/roles/role.tsx"),
  },
  {
    path: "/policies",
    title: text("policies"),
    load: () => import("./screens/policies/index.tsx"),
    navigation: { icon: "audit", group: "access" },
  },
  {
    path: "/policies/$arn",
    title: text("policy"),
    load: () => import("./screens/policies/policy.tsx"),
  },
  {
    path: "/providers",
    title: text("providers"),
    load: () => import("./screens/providers/index.tsx"),
    navigation: { icon: "key", group: "access" },
  },
  {
    path: "/simulator",
    title: text("simulator"),
    load: () => import("./screens/simulator/index.tsx"),
    navigation: { icon: "zap", group: "access" },
  },
  {
    path: "/explain",
    title: text("explain"),
    load: () => import("./screens/explain/index.tsx"),
    navigation: { icon: "denied", group: "access" },
  },
  {
    path: "/audit",
    title: text("audit"),
    load: () => import("./screens/audit/index.tsx"),
    navigation: { icon: "audit", group: "operate" },
  },
  {
    path: "/webhooks",
    title: text("webhooks"),
    load: () => import("./screens/webhooks/index.tsx"),
    navigation: { icon: "webhook", group: "operate" },
  },
  {
    path: "/webhooks/$name",
    title: text("webhook"),
    load: () => import("./screens/webhooks/webhook.tsx"),
  },
  {
    path: "/remotes",
    title: text("remotes"),
    load: () => import("./screens/remotes/index.tsx"),
    navigation: { icon: "transfers", group: "operate" },
  },
  {
    path: "/kms",
    title: text("kms"),
    load: () => import("./screens/kms/index.tsx"),
    navigation: { icon: "lock", group: "access" },
  },
  {
    path: "/settings",
    title: text("settings"),
    load: () => import("./screens/server-settings/index.tsx"),
    navigation: { icon: "settings", group: "operate" },
  },
];
