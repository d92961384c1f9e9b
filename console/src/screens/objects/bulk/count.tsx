// How much a bulk change will touch, counted before anybody says yes.

import { useEffect, useState } from "react";
import { formatBytes, formatNumber } from "../../../components/format.ts";
import { objects as text } from "../../../messages/en/objects.ts";
import { measure } from "../../../queries/walk.ts";
import { expand, type Selection } from "./selection.ts";

export interface Count {
  readonly items: number;
  readonly bytes: number;
  readonly isFinal: boolean;
}

/** Counts a selection while the dialog is open. */
export function useCount(selection: Selection, hasVersions = false): Count {
  const [count, setCount] = useState<Count>({ items: 0, bytes: 0, isFinal: false });
  useEffect(() => {
    const abort = new AbortController();
    setCount({ items: 0, bytes: 0, isFinal: false });
    measure(expand(selection, { signal: abort.signal, hasVersions }), (sum) =>
      setCount({ ...sum, isFinal: false }),
    ).then(
      (sum) => setCount({ ...sum, isFinal: true }),
      () => undefined,
    );
    return () => abort.abort();
  }, [selection, hasVersions]);
  return count;
}

export function CountLine({ count }: { readonly count: Count }) {
  const words = { items: formatNumber(count.items), size: formatBytes(count.bytes) };
  return (
    <p role="status">
      <strong>{text(count.isFinal ? "counted" : "counting", words)}</strong>
    </p>
  );
}
