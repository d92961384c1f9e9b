// Who delivers what waits in an outbox: one courier for each kind of watcher.

import type { CourierTable } from "./outbox.ts";

export const couriers: CourierTable = {};
