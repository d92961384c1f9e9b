// The names of everything that can be set on a bucket. A setting is one canonical document, opaque
// here: the operation that owns it writes and reads it. Pure.

/** Settings a bucket has at most one of. */
export const singleSettings = [
  "abac",
  "accelerate",
  "acl",
  "cors",
  "encryption",
  "lifecycle",
  "logging",
  "metadata",
  "notification",
  "objectLock",
  "ownershipControls",
  "policy",
  "publicAccessBlock",
  "replication",
  "requestPayment",
  "tagging",
  "versioning",
  "website",
] as const;

/** Settings a bucket has many of, each under an id that the client chose. */
export const listedSettings = ["analytics", "intelligent-tiering", "inventory", "metrics"] as const;

export type SingleSetting = (typeof singleSettings)[number];

export type ListedSetting = (typeof listedSettings)[number];

export type SettingName = SingleSetting | `${ListedSetting}/${string}`;
