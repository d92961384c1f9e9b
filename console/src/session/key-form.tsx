// The form that takes an access key: for signing in, and for going on after a session ended. Nothing
// typed here is put into an address or stored; what is kept is the form's two choices to make.

import { type ClipboardEvent, type FormEvent, useState } from "react";
import { Check, Field } from "../components/field.tsx";
import { signIn as text } from "../messages/en/frame.ts";
import { readPastedKey } from "./pasted-key.ts";
import type { Identity } from "./store.ts";

interface KeyFormProps {
  /** Who it has to be: the person whose session ended. */
  readonly same?: Identity;
  readonly isRemembered?: boolean;
  readonly startsTemporary?: boolean;
}

export function KeyForm({ same, isRemembered = true, startsTemporary = true }: KeyFormProps) {
  const [accessKeyId, setAccessKeyId] = useState("");
  const [secretAccessKey, setSecret] = useState("");
  const [sessionToken, setToken] = useState("");
  const [hasToken, setHasToken] = useState(false);
  const [isTemporary, setTemporary] = useState(startsTemporary);
  const [remember, setRemember] = useState(isRemembered);
  const [isBusy, setBusy] = useState(false);
  const [wasTried, setTried] = useState(false);
  const [failure, setFailure] = useState<string>();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (isBusy || accessKeyId === "" || secretAccessKey === "") return;
    setBusy(true);
    setFailure(undefined);
    const token = hasToken ? sessionToken.trim() : "";
    const key = {
      accessKeyId: accessKeyId.trim(),
      secretAccessKey: secretAccessKey.trim(),
      ...(token !== "" && { sessionToken: token }),
    };
    try {
      // With the SDK, which the form itself does not wait for.
      const { signIn } = await import("./sign-in.ts");
      await signIn({ key, isTemporary, isRemembered: remember }, same);
    } catch (error) {
      setFailure((error as Error).message);
      setBusy(false);
    }
  };
  const missing = (value: string, words: string) => (wasTried && value === "" ? words : undefined);
  const paste = (event: ClipboardEvent) => {
    const key = readPastedKey(event.clipboardData.getData("text"));
    if (key === undefined) return;
    event.preventDefault();
    setAccessKeyId(key.accessKeyId);
    setSecret(key.secretAccessKey);
  };
  const plain = { onPaste: paste, autoCapitalize: "off", spellCheck: false };
  return (
    <form className="stack" onSubmit={submit} noValidate>
      <Field label={text("accessKey")} error={missing(accessKeyId, text("needKey"))}>
        <input
          {...plain}
          name="accessKeyId"
          // biome-ignore lint/a11y/noAutofocus: the form is all there is on its page
          autoFocus
          autoComplete="username"
          value={accessKeyId}
          onChange={(event) => setAccessKeyId(event.target.value)}
        />
      </Field>
      <Field label={text("secretKey")} error={missing(secretAccessKey, text("needSecret"))}>
        <input
          {...plain}
          name="secretAccessKey"
          type="password"
          autoComplete="current-password"
          value={secretAccessKey}
          onChange={(event) => setSecret(event.target.value)}
        />
      </Field>
      <details className="sign-in-choices">
        <summary>{text("choices")}</summary>
        <div className="stack">
          <Check label={text("hasToken")} isChecked={hasToken} onChange={setHasToken} />
          {hasToken && (
            <Field label={text("sessionToken")}>
              <textarea
                {...plain}
                rows={3}
                value={sessionToken}
                onChange={(event) => setToken(event.target.value)}
              />
            </Field>
          )}
          {!hasToken && (
            <Check
              label={text("temporary")}
              hint={text("temporaryHint")}
              isChecked={isTemporary}
              onChange={setTemporary}
            />
          )}
          <Check
            label={text("remember")}
            hint={text("rememberHint")}
            disabledReason={isTemporary || hasToken ? undefined : text("neverStored")}
            isChecked={remember && (isTemporary || hasToken)}
            onChange={setRemember}
          />
        </div>
      </details>
      <div className="form-failure" role="alert">
        {failure}
      </div>
      <Submit isBusy={isBusy} />
    </form>
  );
}

/** Not the shared button: its hints would be most of what this form loads. */
function Submit({ isBusy }: { readonly isBusy: boolean }) {
  return (
    <button
      type="submit"
      className="button primary wide"
      aria-disabled={isBusy || undefined}
      aria-busy={isBusy || undefined}
    >
      {isBusy && <span className="spinner" aria-hidden="true" />}
      {isBusy ? text("working") : text("submit")}
    </button>
  );
}
