// What goes on longer than a moment: uploads, downloads, bulk changes. Tasks live as long as the page;
// the dock shows them, whatever screen is open.

import { useSyncExternalStore } from "react";
import type { Report } from "./report.ts";

export type TaskState = "running" | "paused" | "waiting" | "done" | "failed" | "stopped";

export interface Failure {
  readonly name: string;
  readonly error: unknown;
}

export interface Task {
  readonly id: number;
  readonly kind: "upload" | "download" | "bulk";
  readonly title: string;
  readonly state: TaskState;
  /** Finished and known items; the total is absent while it is still being counted. */
  readonly doneItems: number;
  readonly totalItems?: number | undefined;
  readonly doneBytes?: number | undefined;
  readonly totalBytes?: number | undefined;
  readonly skippedItems?: number | undefined;
  readonly failures: readonly Failure[];
  readonly startedAtMs: number;
  readonly endedAtMs?: number | undefined;
  /** What is being worked on now. */
  readonly current?: string | undefined;
  /** Why it waits for the person. */
  readonly note?: string | undefined;
}

export interface Controls {
  pause?(): void;
  resume?(): void;
  stop?(): void;
  /** Does again what failed. */
  retry?(): void;
  /** What became of each thing so far. */
  readonly report?: Report;
  /** Runs when the task is taken off the list. */
  dismiss?(): void;
}

let tasks: readonly Task[] = [];
const controls = new Map<number, Controls>();
const listeners = new Set<() => void>();
let lastId = 0;
let isQueued = false;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Tells at most once a frame: a bulk job moves thousands of times a second. */
function tell(): void {
  if (isQueued) return;
  isQueued = true;
  setTimeout(() => {
    isQueued = false;
    for (const listener of [...listeners]) listener();
  }, 50);
}

export const useTasks = (): readonly Task[] => useSyncExternalStore(subscribe, () => tasks);

export const isBusy = (): boolean => tasks.some(({ state }) => state === "running");

type Beginning = Pick<Task, "kind" | "title"> & Partial<Task>;

/** Adds a task and answers its id. */
export function addTask(beginning: Beginning, given: Controls): number {
  lastId += 1;
  const task: Task = {
    state: "running",
    doneItems: 0,
    failures: [],
    startedAtMs: Date.now(),
    ...beginning,
    id: lastId,
  };
  tasks = [task, ...tasks];
  controls.set(lastId, given);
  tell();
  return lastId;
}

export function updateTask(id: number, change: Partial<Task> | ((task: Task) => Partial<Task>)) {
  tasks = tasks.map((task) => {
    if (task.id !== id) return task;
    const next = { ...task, ...(typeof change === "function" ? change(task) : change) };
    const isOver = next.state === "done" || next.state === "failed" || next.state === "stopped";
    if (!isOver) return { ...next, endedAtMs: undefined };
    return { ...next, endedAtMs: next.endedAtMs ?? Date.now() };
  });
  tell();
}

export const controlsOf = (id: number): Controls => controls.get(id) ?? {};

export function removeTask(id: number): void {
  controls.get(id)?.dismiss?.();
  tasks = tasks.filter((task) => task.id !== id);
  controls.delete(id);
  tell();
}

export function removeFinished(): void {
  for (const { id, state } of tasks) {
    if (state === "done" || state === "stopped") removeTask(id);
  }
}

// Leaving would end what runs; the browser asks first.
window.addEventListener("beforeunload", (event) => {
  if (isBusy()) event.preventDefault();
});
