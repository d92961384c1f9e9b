// Form fields: label, control, hint and error, tied together for readers of the screen.

import { cloneElement, type ReactElement, type ReactNode, useId } from "react";
import { frame as text } from "../messages/en/frame.ts";

interface FieldProps {
  readonly label: string;
  readonly hint?: ReactNode;
  /** What is wrong with the value; announced. */
  readonly error?: string | undefined;
  readonly isOptional?: boolean;
  /** One input, select or textarea. */
  readonly children: ReactElement<Record<string, unknown>>;
}

export function Field({ label, hint, error, isOptional, children }: FieldProps) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div className="field">
      <label htmlFor={id}>
        {label}
        {isOptional && <span className="muted"> {text("optional")}</span>}
      </label>
      {cloneElement(children, {
        id,
        ...(described !== "" && { "aria-describedby": described }),
        ...(error !== undefined && { "aria-invalid": true }),
      })}
      {hint && (
        <div className="field-hint" id={`${id}-hint`}>
          {hint}
        </div>
      )}
      <div className="field-error" id={`${id}-error`} role="alert">
        {error}
      </div>
    </div>
  );
}

interface CheckProps {
  readonly label: ReactNode;
  readonly hint?: ReactNode;
  readonly isChecked: boolean;
  readonly disabledReason?: string | undefined;
  onChange(isChecked: boolean): void;
}

/** A checkbox with its words; a reason switches it off and is shown. */
export function Check({ label, hint, isChecked, disabledReason, onChange }: CheckProps) {
  const id = useId();
  const note = disabledReason ?? hint;
  return (
    <div className="check">
      <input
        type="checkbox"
        id={id}
        checked={isChecked}
        disabled={disabledReason !== undefined}
        {...(note !== undefined && { "aria-describedby": `${id}-hint` })}
        onChange={(event) => onChange(event.target.checked)}
      />
      <div>
        <label htmlFor={id}>{label}</label>
        {note && (
          <div className="field-hint" id={`${id}-hint`}>
            {note}
          </div>
        )}
      </div>
    </div>
  );
}

interface ChoiceProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly {
    readonly value: Value;
    readonly label: string;
    readonly hint?: string;
  }[];
  onChange(value: Value): void;
}

/** One of a few, as radio buttons. */
export function Choice<Value extends string>(props: ChoiceProps<Value>) {
  const name = useId();
  return (
    <fieldset className="choice">
      <legend>{props.label}</legend>
      {props.options.map((option) => (
        <div className="check" key={option.value}>
          <input
            type="radio"
            name={name}
            id={`${name}-${option.value}`}
            checked={option.value === props.value}
            onChange={() => props.onChange(option.value)}
          />
          <div>
            <label htmlFor={`${name}-${option.value}`}>{option.label}</label>
            {option.hint && <div className="field-hint">{option.hint}</div>}
          </div>
        </div>
      ))}
    </fieldset>
  );
}

interface NarrowSelectProps<Value extends string | number> {
  /** Read out, not shown. */
  readonly label: string;
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly label: string }[];
  onChange(value: NoInfer<Value>): void;
}

/** A narrow choice from a list, for the head of what it changes. */
export function NarrowSelect<Value extends string | number>(props: NarrowSelectProps<Value>) {
  const { label, value, options, onChange } = props;
  return (
    <select
      className="input narrow"
      aria-label={label}
      value={value}
      onChange={(event) => {
        const option = options[event.target.selectedIndex];
        if (option !== undefined) onChange(option.value);
      }}
    >
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}
