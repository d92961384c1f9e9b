// A gate that work passes before each step: open, closed for a pause, or gone for good.

/** Thrown to whoever passes a gate that was stopped. */
export class Stopped extends Error {
  override name = "Stopped";
}

export interface Gate {
  readonly signal: AbortSignal;
  readonly isPaused: boolean;
  /** Resolves when open; throws Stopped once stopped. */
  pass(): Promise<void>;
  pause(): void;
  resume(): void;
  stop(): void;
}

export function openGate(): Gate {
  let opened: PromiseWithResolvers<void> | undefined;
  const abort = new AbortController();
  return {
    signal: abort.signal,
    get isPaused() {
      return opened !== undefined;
    },
    async pass() {
      while (opened !== undefined && !abort.signal.aborted) await opened.promise;
      if (abort.signal.aborted) throw new Stopped();
    },
    pause() {
      opened ??= Promise.withResolvers<void>();
    },
    resume() {
      opened?.resolve();
      opened = undefined;
    },
    stop() {
      abort.abort(new Stopped());
      opened?.resolve();
      opened = undefined;
    },
  };
}

/**
 * Runs `work` over what `items` gives, a few at a time. Throws what `work` or `items` throws, once nothing
 * runs any more.
 */
export async function runPool<Item>(
  items: AsyncIterable<Item> | Iterable<Item>,
  width: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  const failed: unknown[] = [];
  try {
    for await (const item of items) {
      const one = work(item)
        .catch((error: unknown) => {
          failed.push(error);
        })
        .finally(() => running.delete(one));
      running.add(one);
      if (running.size >= width) await Promise.race(running);
      if (failed.length > 0) break;
    }
  } finally {
    await Promise.all(running);
  }
  if (failed.length > 0) throw failed[0];
}
