// How the deployment is, as `/-/api/v1/status` tells its operator; docs/OPERATIONS.md describes it.

import type { ServerStatus } from "../../../src/admin/answers.ts";
import { adminQuery } from "./admin.ts";

export const statusQuery = () => adminQuery<ServerStatus>("/status");
