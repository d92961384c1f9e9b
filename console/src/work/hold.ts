// What holds a task: the person's pause, a session that ended and was not renewed, or a network that is
// away. What these keep from being done is not failed: it is done again once there is a key, or a network.

import { describeError } from "../errors.ts";
import { work as text } from "../messages/en/work.ts";
import { askAgain, currentSession, KeyWithheld, whenRenewed } from "../session/store.ts";
import type { Gate } from "./gate.ts";
import type { Task } from "./store.ts";

export interface Hold {
  pause(): void;
  /** Asks for the key first where one is missing; without it the task stays as it is. */
  resume(): Promise<void>;
  /** Whether the work failed for want of a key or network: the gate is closed, and it is to be done again. */
  takes(error: unknown): boolean;
  /** Does the work, and again after a hold that was not the person's. Throws what the work throws. */
  run<Result>(work: () => Promise<Result>): Promise<Result>;
}

interface Held {
  readonly owner: string | undefined;
  goOn(): void;
}

let held: Held[] = [];

/** Whether the browser itself says that there is no network. */
const isOffline = (error: unknown): boolean =>
  !navigator.onLine && describeError(error).code === "NetworkError";

const ownerNow = (): string | undefined => currentSession()?.identity.arn;

// Nobody else's key is used for what one person began.
whenRenewed(() => {
  const mine = held.filter(({ owner }) => owner === ownerNow());
  held = held.filter((task) => !mine.includes(task));
  for (const { goOn } of mine) goOn();
});

/** Holds work at `gate`; `tell` changes the task that shows it. */
export function openHold(gate: Gate, tell: (change: Partial<Task>) => void): Hold {
  const owner = ownerNow();
  const goOn = () => {
    if (gate.signal.aborted) return;
    gate.resume();
    tell({ state: "running", note: undefined });
  };
  const takes = (error: unknown): boolean => {
    const lacksKey = error instanceof KeyWithheld;
    if (!lacksKey && !isOffline(error)) return false;
    if (gate.isPaused || gate.signal.aborted) return true;
    gate.pause();
    tell({ state: "paused", note: text(lacksKey ? "keyWithheld" : "offline") });
    if (lacksKey) held.push({ owner, goOn });
    else addEventListener("online", goOn, { once: true });
    return true;
  };
  return {
    pause: () => {
      gate.pause();
      tell({ state: "paused" });
    },
    resume: () => askAgain().then(goOn, () => undefined),
    takes,
    run: async (work) => {
      for (;;) {
        await gate.pass();
        try {
          return await work();
        } catch (error) {
          if (!takes(error)) throw error;
        }
      }
    },
  };
}
