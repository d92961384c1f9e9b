// When a lifecycle age is reached. S3 adds the days of a rule to the moment and rounds up to the next
// midnight UTC; with a shortened day (for tests) midnights are the multiples of that day. Pure.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html

/** A day of 24 hours, in milliseconds. */
export const realDayMs = 86_400_000;

/** The first midnight after `fromMs`. A moment that is a midnight itself waits for the next one. */
export function midnightAfter(fromMs: number, dayMs: number): number {
  return (Math.floor(fromMs / dayMs) + 1) * dayMs;
}

/** When something that began at `fromMs` is `days` old in the sense of a rule. */
export function dueAfter(fromMs: number, days: number, dayMs: number): number {
  return (Math.floor(fromMs / dayMs) + days + 1) * dayMs;
}
