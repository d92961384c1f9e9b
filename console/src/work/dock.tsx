// The dock at the corner: what runs, how far it is, what failed; closed to one line when not needed.

import { ChevronDown, ChevronUp, FileDown, Pause, Play, RotateCcw, Square, X } from "lucide-react";
import { useEffect, useState } from "react";
import { Button, IconButton } from "../components/button.tsx";
import { formatBytes, formatDuration } from "../components/format.ts";
import { Progress } from "../components/parts.tsx";
import { SafeText } from "../components/safe-text.tsx";
import { describeError } from "../errors.ts";
import { work as text } from "../messages/en/work.ts";
import "./dock.css";
import { saveReport } from "./report.ts";
import { Speed } from "./speed.ts";
import { controlsOf, removeFinished, removeTask, type Task, useTasks } from "./store.ts";

const shownFailures = 100;

export function Dock() {
  const tasks = useTasks();
  const [isOpen, setOpen] = useState(true);
  const [seen, setSeen] = useState(0);
  const newest = tasks[0]?.id ?? 0;
  useEffect(() => {
    // A new task opens the dock once; after that it stays as the person left it.
    if (newest > seen) {
      setSeen(newest);
      setOpen(true);
    }
  }, [newest, seen]);
  const isThere = tasks.length > 0;
  useEffect(() => {
    document.documentElement.classList.toggle("has-dock", isThere);
  }, [isThere]);
  const running = tasks.filter(({ state }) => state === "running" || state === "paused").length;
  const isGood = tasks.every(({ state }) => state === "done" || state === "stopped");
  useEffect(() => {
    // What ended well steps aside by itself; what needs the person stays.
    if (running > 0 || !isGood) return;
    const timer = setTimeout(() => setOpen(false), 8000);
    return () => clearTimeout(timer);
  }, [running, isGood]);
  if (!isThere) return null;
  return (
    <section className="dock" aria-label={text("dock")}>
      <header className="dock-head">
        <strong role="status">{summarize(tasks)}</strong>
        <Button kind="quiet" onClick={removeFinished}>
          {text("clear")}
        </Button>
        <IconButton
          name={isOpen ? text("collapse") : text("expand")}
          icon={isOpen ? <ChevronDown /> : <ChevronUp />}
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        />
      </header>
      {isOpen && (
        <ul className="dock-list">
          {tasks.map((task) => (
            <TaskRow key={task.id} task={task} />
          ))}
        </ul>
      )}
    </section>
  );
}

/** One line about all tasks. */
function summarize(tasks: readonly Task[]): string {
  const count = (...states: readonly Task["state"][]) =>
    tasks.filter(({ state }) => states.includes(state)).length;
  const running = count("running", "paused");
  const waiting = count("waiting");
  const failed = count("failed");
  const parts = [
    running > 0 && text("running", { count: running }),
    waiting > 0 && text("waitingTasks", { count: waiting }),
    failed > 0 && text("someFailed", { count: failed }),
  ].filter((part) => part !== false);
  return parts.length > 0 ? parts.join(", ") : text("allDone");
}

function TaskRow({ task }: { readonly task: Task }) {
  const [speed] = useState(() => new Speed());
  const share = shareOf(task);
  const perSecond = task.state === "running" ? speed.measure(task.doneBytes ?? 0) : 0;
  return (
    <li className="task">
      <div className="task-head">
        <span className="task-title">
          <SafeText>{task.title}</SafeText>
        </span>
        <TaskButtons task={task} />
      </div>
      <Progress
        label={task.title}
        {...(share !== undefined || task.state !== "running" ? { value: share ?? 0 } : {})}
      />
      <div className="task-facts small muted">
        <span>{describeProgress(task, perSecond)}</span>
        {task.current && task.state === "running" && (
          <span className="task-current">
            <SafeText>{task.current}</SafeText>
          </span>
        )}
      </div>
      {task.note && (
        <p className="small task-note">
          <SafeText>{task.note}</SafeText>
        </p>
      )}
      {task.failures.length > 0 && <Failures task={task} />}
    </li>
  );
}

function shareOf(task: Task): number | undefined {
  if (task.state === "done") return 1;
  if (task.totalBytes) return (task.doneBytes ?? 0) / task.totalBytes;
  if (task.totalItems) return task.doneItems / task.totalItems;
  return undefined;
}

function describeProgress(task: Task, perSecond: number): string {
  const parts: string[] = [];
  const { doneItems, totalItems, doneBytes, totalBytes, skippedItems = 0 } = task;
  if (task.state !== "running") parts.push(text(task.state));
  if (totalItems === undefined) parts.push(text("items", { count: doneItems }));
  else if (totalItems > 1) parts.push(text("itemsOf", { done: doneItems, total: totalItems }));
  if (skippedItems > 0) parts.push(text("skipped", { count: skippedItems }));
  if (totalBytes) parts.push(`${formatBytes(doneBytes ?? 0)} / ${formatBytes(totalBytes)}`);
  else if (doneBytes) parts.push(formatBytes(doneBytes));
  if (perSecond > 0) {
    parts.push(`${formatBytes(perSecond)}/s`);
    if (totalBytes) parts.push(formatDuration((totalBytes - (doneBytes ?? 0)) / perSecond));
  }
  if (task.endedAtMs !== undefined) {
    parts.push(formatDuration((task.endedAtMs - task.startedAtMs) / 1000));
  }
  return parts.join(" · ");
}

function TaskButtons({ task }: { readonly task: Task }) {
  const { pause, resume, stop, retry, report } = controlsOf(task.id);
  const { state, title } = task;
  const isRunning = state === "running";
  const isOver = state === "done" || state === "failed" || state === "stopped";
  // Whoever paused may want to know how far it is.
  const isReported = (isOver || state === "paused") && hasOutcomes(task);
  const named = (name: string) => `${name}: ${title}`;
  return (
    <span className="task-buttons">
      {isRunning && pause && (
        <IconButton name={named(text("pause"))} icon={<Pause />} onClick={pause} />
      )}
      {(state === "paused" || state === "waiting") && resume && (
        <IconButton name={named(text("resume"))} icon={<Play />} onClick={resume} />
      )}
      {state === "failed" && retry && (
        <IconButton name={named(text("retry"))} icon={<RotateCcw />} onClick={retry} />
      )}
      {report && isReported && (
        <IconButton
          name={named(text("saveReport"))}
          icon={<FileDown />}
          onClick={() => saveReport(report, task)}
        />
      )}
      {!isOver && stop && (
        <IconButton name={named(text("stop"))} icon={<Square />} onClick={stop} />
      )}
      {isOver && (
        <IconButton
          name={named(text("dismiss"))}
          icon={<X />}
          onClick={() => removeTask(task.id)}
        />
      )}
    </span>
  );
}

const hasOutcomes = ({ doneItems, failures }: Task): boolean =>
  doneItems > 0 || failures.length > 0;

function Failures({ task }: { readonly task: Task }) {
  const { failures } = task;
  return (
    <details className="task-failures">
      <summary>{text("failures", { count: failures.length })}</summary>
      <ul>
        {failures.slice(0, shownFailures).map(({ name, error }) => (
          <li key={name}>
            <SafeText>{name}</SafeText>
            <span className="muted"> {describeError(error).message}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}
