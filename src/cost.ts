// A month's bill, worked out: what was stored day by day, asked and sent, at the prices of a list. Pure.
// Storage is billed by the day, as both providers do; requests at STANDARD's price, since they are not
// counted by class; days that are still to come as the last one that was measured.

import { monthlyStorageCost, type PriceList } from "./prices.ts";
import { type StorageClass, storageClasses } from "./s3/content.ts";

/** What one class held on one day of the month. */
export interface StoredDay {
  /** 1 to 31. */
  readonly dayOfMonth: number;
  readonly storageClass: string;
  readonly objects: number;
  readonly bytes: number;
}

/** Requests of the month so far, and bytes sent to clients. */
export interface AskedMonth {
  readonly writes: number;
  readonly reads: number;
  readonly bytesDown: number;
}

/** A month up to some day of it. */
export interface MonthFacts {
  readonly daysInMonth: number;
  /** How much of the month is over, 0 to 1: what requests are forecast by. */
  readonly elapsed: number;
  readonly stored: readonly StoredDay[];
  readonly asked: AskedMonth;
}

/** US dollars. */
export interface Bill {
  readonly storage: number;
  readonly requests: number;
  readonly egress: number;
  readonly total: number;
  /** The whole month, if it goes on like this. */
  readonly forecast: number;
  readonly classes: readonly { readonly storageClass: StorageClass; readonly storage: number }[];
}

/** The bill of the days that were measured, and a forecast of the month. */
export function billOf(list: PriceList, month: MonthFacts): Bill {
  const { daysInMonth, elapsed, stored, asked } = month;
  const lastDay = Math.max(0, ...stored.map(({ dayOfMonth }) => dayOfMonth));
  let remaining = 0;
  const classes = storageClasses.flatMap((storageClass) => {
    const days = stored.filter((day) => day.storageClass === storageClass);
    if (days.length === 0) return [];
    const costOf = (day: StoredDay) => monthlyStorageCost(list, storageClass, day) / daysInMonth;
    const storage = days.reduce((sum, day) => sum + costOf(day), 0);
    const last = days.find(({ dayOfMonth }) => dayOfMonth === lastDay);
    if (last !== undefined) remaining += costOf(last) * (daysInMonth - lastDay);
    return [{ storageClass, storage }];
  });
  const storage = classes.reduce((sum, one) => sum + one.storage, 0);
  const prices = list.classes.STANDARD;
  const write = prices.writePerThousand + list.besideWritePerThousand;
  const read = prices.readPerThousand + list.besideReadPerThousand;
  const requests = (asked.writes * write + asked.reads * read) / 1000;
  const egress = (asked.bytesDown / list.bytesPerGb) * list.egressPerGb;
  const soFar = requests + egress;
  const rest = elapsed > 0 ? soFar / elapsed - soFar : 0;
  const total = storage + soFar;
  return { storage, requests, egress, total, forecast: total + remaining + rest, classes };
}
