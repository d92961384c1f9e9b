// How much a bulk change will touch, counted before anybody says yes.

import { useEffect, useState } from "react";
import { formatBytes, formatNumber } from "../../../components/format.ts";
import { objects as text } from "../../../messages/en/objects.ts";
import { measure, type Pages } from "../../../queries/walk.ts";
import { type Group, type Needs, Tally } from "./needs.ts";
import { expand, type Selection } from "./selection.ts";

export interface Count {
  readonly items: number;
  readonly bytes: number;
  readonly isFinal: boolean;
  /** The same, those that are alike together. */
  readonly groups: readonly Group[];
}

interface CountOptions {
  readonly hasVersions?: boolean;
  /** Whether listings have to tell of restores, too. */
  readonly hasRestores?: boolean;
}

const nothing: Count = { items: 0, bytes: 0, isFinal: false, groups: [] };

/** Counts a selection while the dialog is open. */
export function useCount(selection: Selection, options: CountOptions = {}): Count {
  const { hasVersions = false, hasRestores = false } = options;
  const [count, setCount] = useState(nothing);
  useEffect(() => {
    const abort = new AbortController();
    const tally = new Tally();
    setCount(nothing);
    const pages = expand(selection, { signal: abort.signal, hasVersions, hasRestores });
    const tell = (isFinal: boolean) => (sum: { items: number; bytes: number }) =>
      setCount({ ...sum, isFinal, groups: tally.groups });
    measure(tallied(pages, tally), tell(false)).then(tell(true), () => undefined);
    return () => abort.abort();
  }, [selection, hasVersions, hasRestores]);
  return count;
}

async function* tallied(pages: Pages, tally: Tally): Pages {
  for await (const page of pages) {
    for (const item of page) tally.add(item);
    yield page;
  }
}

export function CountLine({ count }: { readonly count: Count }) {
  const words = { items: count.items, size: formatBytes(count.bytes) };
  return (
    <p role="status">
      <strong>{text(count.isFinal ? "counted" : "counting", words)}</strong>
    </p>
  );
}

/** How many of them need the change, and what is left out for which reason. */
export function NeedsLine({ count, needs }: { readonly count: Count; readonly needs: Needs }) {
  if (needs.skipped.size === 0 && needs.asked === 0) return <CountLine count={count} />;
  const words = {
    needed: formatNumber(needs.items),
    items: formatNumber(count.items),
    size: formatBytes(needs.bytes),
  };
  return (
    <div role="status">
      <p>
        <strong>{text(count.isFinal ? "needed" : "neededCounting", words)}</strong>
      </p>
      <ul className="muted small">
        {[...needs.skipped].map(([why, items]) => (
          <li key={why}>{text("leftOut", { count: items, why })}</li>
        ))}
        {needs.asked > 0 && <li>{text("askedEach", { count: needs.asked })}</li>}
      </ul>
    </div>
  );
}
