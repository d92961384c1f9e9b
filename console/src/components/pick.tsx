// A field for a name or ARN: what there is to choose from is offered, and anything else can be typed.

import { type InputHTMLAttributes, useId } from "react";

export interface Choice {
  readonly value: string;
  /** What else is known of it. */
  readonly label?: string;
}

interface PickProps extends Omit<InputHTMLAttributes<HTMLInputElement>, "onChange" | "list"> {
  readonly value: string;
  readonly choices: readonly Choice[];
  onChange(value: string): void;
}

/** Stands in a `Field`. */
export function Pick({ choices, onChange, ...input }: PickProps) {
  const id = useId();
  return (
    <>
      <input
        autoComplete="off"
        spellCheck={false}
        {...input}
        list={choices.length > 0 ? id : undefined}
        onChange={(event) => onChange(event.target.value)}
      />
      {choices.length > 0 && (
        <datalist id={id}>
          {choices.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </datalist>
      )}
    </>
  );
}
