// @ts-check
// Fires the crons of wrangler.toml, which the local runtime never does by itself. Understands the
// five fields with stars, steps, ranges and lists, in UTC as Cloudflare does; names are not needed.

/** Lowest and highest value per field; Cloudflare counts weekdays from 1, a Sunday. */
const bounds = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [1, 7],
];

/**
 * Whether a cron is due in the minute of a date.
 * @param {string} cron
 * @param {Date} date
 * @throws {Error} for a pattern this matcher does not know
 */
export function isDue(cron, date) {
  const fields = cron.trim().split(/\s+/);
  if (fields.length !== 5) {
    throw new Error(`Not a cron of five fields: ${cron}`);
  }
  const now = [
    date.getUTCMinutes(),
    date.getUTCHours(),
    date.getUTCDate(),
    date.getUTCMonth() + 1,
    date.getUTCDay() + 1,
  ];
  const matches = fields.map((field, index) => {
    const [low = 0, high = 0] = bounds[index] ?? [];
    return field.split(",").some((part) => matchesPart(part, now[index] ?? 0, { low, high }));
  });
  const [minute, hour, day, month, weekday] = matches;
  // As in every cron: when both day fields are restricted, either one is enough.
  const restricted = !fields[2]?.startsWith("*") && !fields[4]?.startsWith("*");
  return Boolean(minute && hour && month && (restricted ? day || weekday : day && weekday));
}

/**
 * @param {string} part one item of a list: `*`, `5`, `1-5`, each with an optional `/step`
 * @param {number} value
 * @param {{ low: number, high: number }} bound
 */
function matchesPart(part, value, bound) {
  const match = /^(?:\*|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(part);
  if (match === null) {
    throw new Error(`Not understood in a cron: ${part}`);
  }
  const [, from, to, step] = match;
  const low = from === undefined ? bound.low : Number(from);
  const high = to === undefined ? (from && !step ? low : bound.high) : Number(to);
  return value >= low && value <= high && (value - low) % Number(step ?? 1) === 0;
}

/**
 * Fires again and again with so many milliseconds between, never twice at once.
 * @param {number} everyMs
 * @param {() => Promise<void>} fire must not reject
 * @returns {() => void} stops
 */
export function driveTicks(everyMs, fire) {
  let isOver = false;
  const tick = async () => {
    await fire();
    if (!isOver) timer = setTimeout(tick, everyMs).unref();
  };
  let timer = setTimeout(tick, everyMs).unref();
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}

/**
 * Calls `fire` for each due cron at the start of each minute, never twice at once for the same cron.
 * @param {string[]} crons
 * @param {(cron: string, scheduledTime: Date) => Promise<void>} fire must not reject
 * @returns {() => void} stops the clock
 */
export function driveCrons(crons, fire) {
  for (const cron of crons) {
    isDue(cron, new Date());
  }
  /** @type {Set<string>} */
  const running = new Set();
  /** @type {NodeJS.Timeout} */
  let timer;
  const sleepToNextMinute = () => {
    timer = setTimeout(tick, 60_000 - (Date.now() % 60_000));
    timer.unref();
  };
  const tick = () => {
    const minute = new Date(Math.round(Date.now() / 60_000) * 60_000);
    for (const cron of crons) {
      if (isDue(cron, minute) && !running.has(cron)) {
        running.add(cron);
        fire(cron, minute).finally(() => running.delete(cron));
      }
    }
    sleepToNextMinute();
  };
  sleepToNextMinute();
  return () => clearTimeout(timer);
}
