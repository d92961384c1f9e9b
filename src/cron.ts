// When a cron of five fields is due next. Understands stars, steps and numbers, which is all that
// `wrangler.toml` uses, in UTC. Pure.

const minuteMs = 60_000;
/** Our crons are daily at the least; a day more for one that is due just now. */
const maximumMinutes = 2 * 24 * 60;

/**
 * The first moment after `afterMs` at which the cron is due, milliseconds; `undefined` when there is
 * none within two days. Throws for a field it does not understand.
 */
export function nextDueMs(cron: string, afterMs: number): number | undefined {
  const fields = cron.trim().split(/\s+/);
  const [minute, hour] = fields;
  const isDaily = fields.length === 5 && fields.slice(2).every((field) => field === "*");
  if (minute === undefined || hour === undefined || !isDaily) {
    throw new Error(`not a cron of every day: ${cron}`);
  }
  const firstMs = (Math.floor(afterMs / minuteMs) + 1) * minuteMs;
  for (let step = 0; step < maximumMinutes; step += 1) {
    const date = new Date(firstMs + step * minuteMs);
    if (matches(minute, date.getUTCMinutes()) && matches(hour, date.getUTCHours())) {
      return date.getTime();
    }
  }
  return undefined;
}

function matches(field: string, value: number): boolean {
  const [, number, step] = /^(?:(\d+)|\*(?:\/(\d+))?)$/.exec(field) ?? [];
  if (number === undefined && !field.startsWith("*")) throw new Error(`not understood: ${field}`);
  return number === undefined ? value % Number(step ?? 1) === 0 : value === Number(number);
}
