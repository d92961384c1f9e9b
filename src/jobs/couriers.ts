// Who delivers what waits in an outbox: one courier for each kind of watcher.

import { notificationCourier } from "./notifications/courier.ts";
import type { CourierTable } from "./outbox.ts";

export const couriers: CourierTable = {
  notification: notificationCourier((url, init) => fetch(url, init)),
};
