// Ctrl-K: type a few letters, arrow to a bucket, screen, key or action, Enter.

import { useQuery } from "@tanstack/react-query";
import { Dialog as Radix } from "radix-ui";
import { type KeyboardEvent, useId, useMemo, useState } from "react";
import { useFocusBack } from "../components/dialog.tsx";
import { useAddress, useGo } from "../components/go.tsx";
import { SafeText } from "../components/safe-text.tsx";
import { frame as text } from "../messages/en/frame.ts";
import { bucketsQuery } from "../queries/buckets.ts";
import { recentBuckets } from "../recent-buckets.ts";
import { judgeName } from "../screens/buckets/create-plan.ts";
import { screens } from "../screens.ts";
import { useSession } from "../session/use-session.ts";
import { offeredActions } from "./actions.ts";

interface Entry {
  readonly group: string;
  readonly label: string;
  run(): void;
}

const maximumEntries = 50;

interface PaletteProps {
  onClose(): void;
  /** Shows the keys of the console. */
  onKeys(): void;
}

export function Palette({ onClose, onKeys }: PaletteProps) {
  const [typed, setTyped] = useState("");
  const [chosen, setChosen] = useState(0);
  const id = useId();
  const focusBack = useFocusBack();
  const all = useEntries(onKeys);
  const keys = useKeyEntries(typed);
  const entries = useMemo(() => [...findEntries(all, typed), ...keys], [all, typed, keys]);
  const current = entries[Math.min(chosen, entries.length - 1)];
  const run = (entry: Entry | undefined) => {
    if (entry === undefined) return;
    onClose();
    entry.run();
  };
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setChosen((index) => (index + step + entries.length) % Math.max(1, entries.length));
    } else if (event.key === "Enter") {
      event.preventDefault();
      run(current);
    }
  };
  return (
    <Radix.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="overlay" />
        <Radix.Content className="dialog palette" aria-describedby={undefined} {...focusBack}>
          <Radix.Title className="hidden">{text("paletteTitle")}</Radix.Title>
          <input
            className="palette-input"
            role="combobox"
            aria-expanded="true"
            aria-controls={`${id}-list`}
            aria-activedescendant={current && `${id}-${entries.indexOf(current)}`}
            aria-label={text("search")}
            placeholder={text("searchHint")}
            value={typed}
            onChange={(event) => {
              setTyped(event.target.value);
              setChosen(0);
            }}
            onKeyDown={onKey}
          />
          <Results {...{ id, entries, current }} onRun={run} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

interface ResultsProps {
  readonly id: string;
  readonly entries: readonly Entry[];
  readonly current: Entry | undefined;
  onRun(entry: Entry): void;
}

function Results({ id, entries, current, onRun }: ResultsProps) {
  if (entries.length === 0) {
    return (
      <p className="palette-none muted" role="status" id={`${id}-list`}>
        {text("nothingFound")}
      </p>
    );
  }
  return (
    <div
      role="listbox"
      id={`${id}-list`}
      className="palette-list"
      aria-label={text("paletteTitle")}
    >
      {entries.map((entry, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the input that owns the list
        // biome-ignore lint/a11y/useFocusableInteractive: the input keeps the focus
        <div
          key={`${entry.group} ${entry.label}`}
          role="option"
          id={`${id}-${index}`}
          aria-selected={entry === current}
          className="palette-entry"
          ref={(element) => {
            if (entry === current) element?.scrollIntoView({ block: "nearest" });
          }}
          onClick={() => onRun(entry)}
        >
          <SafeText>{entry.label}</SafeText>
          <span className="muted">{entry.group}</span>
        </div>
      ))}
    </div>
  );
}

/** The bucket that is looked at; empty on screens of none. */
const bucketOf = (path: string): string =>
  /^(?:[/]-[/]console)?[/]buckets[/]([^/]+)/.exec(path)?.[1] ?? "";

const mostSearched = 3;

/** Keys that begin with what is typed: in the bucket that is looked at, or those looked at last. */
function useKeyEntries(typed: string): readonly Entry[] {
  const go = useGo();
  const { path } = useAddress();
  const { identity } = useSession();
  const { data: buckets } = useQuery(bucketsQuery());
  return useMemo(() => {
    const beginning = typed.trim();
    if (beginning === "") return [];
    const names = buckets && new Set(buckets.map(({ name }) => name));
    const own = bucketOf(path);
    const recent = recentBuckets(identity.accountId).filter((name) => names?.has(name) ?? true);
    const places = own === "" ? recent.slice(0, mostSearched) : [own];
    const slash = beginning.lastIndexOf("/") + 1;
    const prefix = beginning.slice(0, slash) || undefined;
    const find = beginning.slice(slash) || undefined;
    const keys = places.map((bucket) => ({
      group: text("groupKeys"),
      label: text("keysIn", { beginning, bucket }),
      run: () => go(`/buckets/${bucket}`, { prefix, find }),
    }));
    // Who may not list buckets may still know the name of one.
    const isName = buckets === undefined && judgeName(beginning) === undefined;
    const bucket = {
      group: text("groupBuckets"),
      label: text("openBucket", { bucket: beginning }),
      run: () => go(`/buckets/${beginning}`),
    };
    return isName ? [bucket, ...keys] : keys;
  }, [typed, go, path, identity.accountId, buckets]);
}

function useEntries(onKeys: () => void): readonly Entry[] {
  const go = useGo();
  const bucket = bucketOf(useAddress().path);
  const { data: buckets } = useQuery(bucketsQuery());
  return useMemo(() => {
    return [
      ...offeredActions().map(({ label, run }) => ({ group: text("groupActions"), label, run })),
      { group: text("groupActions"), label: text("keys"), run: onKeys },
      ...screens
        .filter((screen) => screen.navigation !== undefined)
        .map((screen) => ({
          group: text("groupScreens"),
          label: screen.title,
          run: () => go(screen.path),
        })),
      ...screens
        .filter((screen) => screen.isBucketTab && bucket !== "")
        .map((screen) => ({
          group: bucket,
          label: screen.title,
          run: () => go(screen.path.replace("$bucket", bucket)),
        })),
      ...(buckets ?? []).map(({ name }) => ({
        group: text("groupBuckets"),
        label: name,
        run: () => go(`/buckets/${name}`),
      })),
    ];
  }, [go, buckets, bucket, onKeys]);
}

/** Every word must occur; those that begin with the text come first. */
function findEntries(all: readonly Entry[], typed: string): readonly Entry[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const found = all.filter(({ label }) => {
    const name = label.toLowerCase();
    return words.every((word) => name.includes(word));
  });
  const isFirst = ({ label }: Entry) => label.toLowerCase().startsWith(words[0] ?? "");
  return [...found.filter(isFirst), ...found.filter((entry) => !isFirst(entry))].slice(
    0,
    maximumEntries,
  );
}
