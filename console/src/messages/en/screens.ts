// English: the names of the screens and of their groups.

import { messages } from "../message.ts";

export const screens = messages("screens", {
  groupStorage: "Storage",
  groupAccess: "Access",
  groupOperate: "Operate",
  buckets: "Buckets",
  objects: "Objects",
  object: "Object",
  transfers: "Transfers",
  uploads: "Multipart uploads",
  properties: "Properties",
  permissions: "Permissions",
  management: "Management",
  connect: "Connect",
  jobs: "Jobs",
  users: "Users",
  user: "User",
  groups: "Groups",
  group: "Group",
  roles: "Roles",
  role: "Role",
  policies: "Policies",
  policy: "Policy",
  providers: "Identity providers",
  simulator: "Simulator",
});
