// What the panel knows: what is open, what goes on, and how the last query ended.

import { useCallback, useEffect, useRef, useState } from "react";
import { saveFile } from "../../../../work/save-file.ts";
import type { Opened, Shown } from "./protocol.ts";
import { type Control, type Progress, QuerySession, type Source } from "./session.ts";

export interface Activity {
  readonly kind: "opening" | "running";
  readonly startedAtMs: number;
  readonly progress?: Progress;
}

interface Outcome {
  readonly shown?: Shown;
  readonly seconds?: number;
  readonly error?: unknown;
  /** What was run. */
  readonly query?: string;
}

/** Opens `source` at once; one thing is done at a time. */
export function useQuerySession(source: Source) {
  const [session] = useState(() => new QuerySession(source));
  const [opened, setOpened] = useState<Opened>();
  const [activity, setActivity] = useState<Activity>();
  const [outcome, setOutcome] = useState<Outcome>({});
  const controller = useRef<AbortController>(undefined);

  const perform = useCallback(
    async (kind: Activity["kind"], work: (control: Control) => Promise<Outcome>) => {
      if (controller.current !== undefined) return;
      const own = new AbortController();
      controller.current = own;
      const startedAtMs = performance.now();
      setActivity({ kind, startedAtMs });
      const onProgress = (progress: Progress) => setActivity({ kind, startedAtMs, progress });
      const ended = await work({ signal: own.signal, onProgress }).catch((error: unknown) => ({
        error,
      }));
      if (controller.current !== own) return;
      controller.current = undefined;
      setActivity(undefined);
      setOutcome({ ...ended, seconds: (performance.now() - startedAtMs) / 1000 });
    },
    [],
  );

  useEffect(() => {
    perform("opening", async (control) => {
      setOpened(await session.open(control));
      return {};
    });
    return () => {
      controller.current?.abort();
      controller.current = undefined;
      session.close();
    };
  }, [session, perform]);

  const run = (query: string) => {
    if (controller.current === undefined) setOutcome({});
    return perform("running", async (control) => {
      try {
        return { query, shown: await session.run(query, control) };
      } catch (error) {
        return { query, error };
      }
    });
  };
  const cancel = () => controller.current?.abort();
  const save = async (format: "csv" | "json", name: string) => {
    const signal = new AbortController().signal;
    saveFile(await session.save(format, { signal, onProgress: () => undefined }), name);
  };
  return { opened, activity, outcome, run, cancel, save };
}
