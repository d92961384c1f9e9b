// What became of each thing a task was about, for a file to keep: a line of JSON for each, after one
// that sums up. Lines are put into blobs as they come, so that a hundred thousand do not weigh on the page.

import { describeError } from "../errors.ts";
import { saveFile } from "./save-file.ts";
import type { Task } from "./store.ts";

const linesAtOnce = 5000;

export type Outcome = "done" | "skipped";

export class Report {
  readonly #full: Blob[] = [];
  #lines: string[] = [];

  /** Takes note of what is settled; `why` says why it was skipped. */
  add(name: string, outcome: Outcome, why?: string): void {
    this.#lines.push(`${JSON.stringify({ name, outcome, ...(why !== undefined && { why }) })}\n`);
    if (this.#lines.length < linesAtOnce) return;
    this.#full.push(new Blob(this.#lines));
    this.#lines = [];
  }

  /** The whole file. What failed may still be tried again: it is told as it stands in the task. */
  file(task: Task): Blob {
    const { title, state, doneItems, skippedItems = 0, failures, startedAtMs, endedAtMs } = task;
    const timeOf = (ms: number) => new Date(ms).toISOString();
    const head = {
      task: title,
      state,
      done: doneItems - skippedItems,
      skipped: skippedItems,
      failed: failures.length,
      startedAt: timeOf(startedAtMs),
      ...(endedAtMs !== undefined && { endedAt: timeOf(endedAtMs) }),
    };
    const failed = failures.map(({ name, error }) => {
      const { code, message } = describeError(error);
      return `${JSON.stringify({ name, outcome: "failed", code, message })}\n`;
    });
    const parts = [`${JSON.stringify(head)}\n`, ...this.#full, ...this.#lines, ...failed];
    return new Blob(parts, { type: "application/jsonl" });
  }
}

/** Gives the person the file. */
export function saveReport(report: Report, task: Task): void {
  const time = new Date(task.startedAtMs).toISOString().replace(/[:.]/g, "-");
  saveFile(report.file(task), `report-${time}.jsonl`);
}
