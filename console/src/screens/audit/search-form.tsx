// What to look for in the audit. The wish stands in the address, so that it can be kept and shared.

import { useState } from "react";
import { Button } from "../../components/button.tsx";
import { Field } from "../../components/field.tsx";
import { useGo, useSearch } from "../../components/go.tsx";
import { audit as text } from "../../messages/en/audit.ts";

const names = [
  "requestId",
  "bucket",
  "keyPrefix",
  "principal",
  "operation",
  "status",
  "from",
  "to",
] as const;

type Wish = Readonly<Partial<Record<(typeof names)[number], string>>>;

/** What the address asks for. */
export function useWish(): Wish {
  const search = useSearch();
  return Object.fromEntries(names.map((name) => [name, search[name]]));
}

/** The control gives local time, the address and the server want an instant. */
const instantOf = (local: string): string => (local === "" ? "" : new Date(local).toISOString());

function localOf(instant: string | undefined): string {
  const time = new Date(instant ?? "");
  if (Number.isNaN(time.getTime())) return "";
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

export function SearchForm() {
  const wish = useWish();
  const go = useGo();
  const [form, setForm] = useState<Wish>({
    ...wish,
    from: localOf(wish.from),
    to: localOf(wish.to),
  });
  const isKeyAlone = (form.keyPrefix ?? "") !== "" && (form.bucket ?? "") === "";
  const field = (name: keyof Wish, label: string, options: FieldOptions = {}) => (
    <Field label={label} {...(options.hint && { hint: options.hint })} error={options.error}>
      <input
        value={form[name] ?? ""}
        type={options.type ?? "text"}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => setForm({ ...form, [name]: event.target.value })}
      />
    </Field>
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (isKeyAlone) return;
        const span = { from: instantOf(form.from ?? ""), to: instantOf(form.to ?? "") };
        go("/audit", { ...form, ...span }, true);
      }}
    >
      <div className="audit-form">
        {field("requestId", text("requestId"))}
        {field("bucket", text("bucket"))}
        {field("keyPrefix", text("prefix"), {
          ...(isKeyAlone && { error: text("keyNeedsBucket") }),
        })}
        {field("principal", text("principal"), { hint: text("principalHint") })}
        {field("operation", text("operation"))}
        {field("status", text("status"), { hint: text("statusHint") })}
        {field("from", text("from"), { type: "datetime-local" })}
        {field("to", text("to"), { type: "datetime-local" })}
      </div>
      <div className="row">
        <Button kind="primary" type="submit">
          {text("search")}
        </Button>
        <Button
          onClick={() => {
            setForm({});
            go("/audit", {}, true);
          }}
        >
          {text("clear")}
        </Button>
      </div>
    </form>
  );
}

interface FieldOptions {
  readonly hint?: string;
  readonly error?: string;
  readonly type?: string;
}
