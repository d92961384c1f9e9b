// Names and values in rows: tags, metadata.

import { Plus, X } from "lucide-react";
import { frame as text } from "../messages/en/frame.ts";
import { Button, IconButton } from "./button.tsx";
import "./pairs.css";

export interface Pair {
  readonly name: string;
  readonly value: string;
}

interface PairsProps {
  /** What they are, in the plural: the group's name. */
  readonly label: string;
  readonly pairs: readonly Pair[];
  readonly maximum?: number;
  onChange(pairs: readonly Pair[]): void;
}

export function Pairs({ label, pairs, maximum = 50, onChange }: PairsProps) {
  const change = (index: number, part: Partial<Pair>) =>
    onChange(pairs.map((pair, at) => (at === index ? { ...pair, ...part } : pair)));
  return (
    <fieldset className="pairs">
      <legend>{label}</legend>
      {pairs.map((pair, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have no name until one is typed
        <div className="pair" key={index}>
          <input
            className="input"
            aria-label={text("pairName", { label, number: index + 1 })}
            placeholder={text("name")}
            value={pair.name}
            onChange={(event) => change(index, { name: event.target.value })}
          />
          <input
            className="input"
            aria-label={text("pairValue", { label, number: index + 1 })}
            placeholder={text("value")}
            value={pair.value}
            onChange={(event) => change(index, { value: event.target.value })}
          />
          <IconButton
            name={text("removePair", { label, number: index + 1 })}
            icon={<X />}
            onClick={() => onChange(pairs.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      <div>
        <Button
          icon={<Plus />}
          disabledReason={
            pairs.length >= maximum ? text("pairLimit", { count: maximum }) : undefined
          }
          onClick={() => onChange([...pairs, { name: "", value: "" }])}
        >
          {text("addPair")}
        </Button>
      </div>
    </fieldset>
  );
}
