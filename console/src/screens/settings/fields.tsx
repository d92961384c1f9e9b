// Fields that several forms of settings share: a line, a number, a list of lines, a list of rules.

import { Plus } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "../../components/button.tsx";
import { Field } from "../../components/field.tsx";
import { type Choice, Pick } from "../../components/pick.tsx";
import { settings as text } from "../../messages/en/settings.ts";

interface LineProps {
  readonly label: string;
  readonly hint?: string;
  readonly value: string | undefined;
  /** Offered; anything else can be typed. */
  readonly choices?: readonly Choice[];
  onChange(value: string): void;
}

export function Line({ label, hint, value = "", choices = [], onChange }: LineProps) {
  return (
    <Field label={label} hint={hint}>
      <Pick value={value} choices={choices} onChange={onChange} />
    </Field>
  );
}

interface NumberProps {
  readonly label: string;
  readonly hint?: string;
  readonly value: number | undefined;
  onChange(value: number | undefined): void;
}

/** Empty means none. */
export function NumberField({ label, hint, value, onChange }: NumberProps) {
  return (
    <Field label={label} hint={hint}>
      <input
        type="number"
        min={0}
        value={value ?? ""}
        onChange={(event) => {
          const given = event.target.value;
          onChange(given === "" ? undefined : Number(given));
        }}
      />
    </Field>
  );
}

interface LinesProps {
  readonly label: string;
  readonly value: readonly string[] | undefined;
  onChange(value: string[]): void;
}

/** Entries of a list, one in each line. An empty line at the end is being typed. */
export function Lines({ label, value = [], onChange }: LinesProps) {
  return (
    <Field label={label} hint={text("onePerLine")}>
      <textarea
        rows={Math.max(2, value.length + 1)}
        value={value.join("\n")}
        spellCheck={false}
        onChange={(event) => {
          const given = event.target.value;
          onChange(given === "" ? [] : given.split("\n"));
        }}
      />
    </Field>
  );
}

interface RulesProps<Rule> {
  readonly rules: readonly Rule[];
  readonly blank: Rule;
  onChange(rules: Rule[]): void;
  draw(rule: Rule, change: (rule: Rule) => void): ReactNode;
}

/** A list of rules, each in a frame of its own. */
export function Rules<Rule>({ rules, blank, onChange, draw }: RulesProps<Rule>) {
  return (
    <>
      {rules.map((rule, index) => {
        const change = (next: Rule) =>
          onChange(rules.map((one, at) => (at === index ? next : one)));
        const number = index + 1;
        return (
          // Rules have no names of their own that could not change.
          // biome-ignore lint/suspicious/noArrayIndexKey: the place is what tells them apart
          <fieldset className="setting-rule" key={index}>
            <legend>{text("rule", { number })}</legend>
            {draw(rule, change)}
            <Button kind="quiet" onClick={() => onChange(rules.filter((_, at) => at !== index))}>
              {text("removeRule")}
            </Button>
          </fieldset>
        );
      })}
      <Button icon={<Plus />} onClick={() => onChange([...rules, blank])}>
        {text("addRule")}
      </Button>
    </>
  );
}

/** Without members that are `undefined` or empty: what JSON would leave out, and forms should too. */
export function without<Value extends object>(value: Value): Value {
  return Object.fromEntries(
    Object.entries(value).filter(([, member]) => member !== undefined && member !== ""),
  ) as Value;
}
