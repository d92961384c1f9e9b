// Sharing one object: a link to read it, or one to replace it; how long; as a QR code and for curl.

import { useMutation } from "@tanstack/react-query";
import { Link2 } from "lucide-react";
import { useState } from "react";
import { Button } from "../../../components/button.tsx";
import { CopyButton } from "../../../components/copy-button.tsx";
import { Dialog } from "../../../components/dialog.tsx";
import { ErrorPanel } from "../../../components/error-panel.tsx";
import { Check, Choice, Field } from "../../../components/field.tsx";
import { formatDateTime, formatDuration } from "../../../components/format.ts";
import { Snippet } from "../../../components/show-as.tsx";
import { frame } from "../../../messages/en/frame.ts";
import { share as text } from "../../../messages/en/object.ts";
import type { ObjectPlace } from "../place.ts";
import { QrCode } from "./qr.tsx";
import { longestNow, longestSeconds, type Shared, type ShareWish, share } from "./sign.ts";

const durations = [900, 3600, 43_200, 86_400, longestSeconds] as const;

interface ShareDialogProps {
  readonly place: ObjectPlace;
  onClose(): void;
}

export function ShareDialog({ place, onClose }: ShareDialogProps) {
  const longest = longestNow();
  const [wish, setWish] = useState<ShareWish>({
    method: "GET",
    seconds: Math.min(3600, longest),
    isAttachment: false,
    contentType: "",
    maximumBytes: 100 * 1024 * 1024,
  });
  const { mutate, data, error, reset, isPending } = useMutation({
    mutationFn: () => share(place, wish),
  });
  const set = (change: Partial<ShareWish>) => {
    setWish({ ...wish, ...change });
    reset();
  };
  const actions = (
    <>
      <Button onClick={onClose}>{frame("close")}</Button>
      <Button kind="primary" icon={<Link2 />} isBusy={isPending} onClick={() => mutate()}>
        {text("make")}
      </Button>
    </>
  );
  return (
    <Dialog title={text("title")} lead={text("lead")} isOpen onClose={onClose} actions={actions}>
      <Choice
        label={text("what")}
        value={wish.method}
        onChange={(method) => set({ method })}
        options={[
          { value: "GET", label: text("get"), hint: text("getHint") },
          { value: "PUT", label: text("put"), hint: text("putHint") },
          { value: "POST", label: text("post"), hint: text("postHint") },
        ]}
      />
      <Field
        label={text("duration")}
        hint={
          longest < longestSeconds
            ? text("sessionLimit", { time: formatDuration(longest) })
            : text("weekLimit")
        }
      >
        <select
          value={wish.seconds}
          onChange={(event) => set({ seconds: Number(event.target.value) })}
        >
          {[...durations.filter((seconds) => seconds < longest), longest].map((seconds) => (
            <option key={seconds} value={seconds}>
              {formatDuration(seconds)}
            </option>
          ))}
        </select>
      </Field>
      {wish.method === "GET" && (
        <Check
          label={text("attachment")}
          isChecked={wish.isAttachment}
          onChange={(isAttachment) => set({ isAttachment })}
        />
      )}
      {wish.method === "PUT" && (
        <Field label={text("contentType")} hint={text("contentTypeHint")} isOptional>
          <input
            value={wish.contentType}
            onChange={(event) => set({ contentType: event.target.value.trim() })}
          />
        </Field>
      )}
      {wish.method === "POST" && (
        <Field label={text("maximum")}>
          <input
            type="number"
            min={1}
            value={wish.maximumBytes / 1024 / 1024}
            onChange={(event) => set({ maximumBytes: Number(event.target.value) * 1024 * 1024 })}
          />
        </Field>
      )}
      {error && <ErrorPanel error={error} />}
      {data && <Result shared={data} />}
    </Dialog>
  );
}

function Result({ shared }: { readonly shared: Shared }) {
  const { url, curl, fields, endsAt } = shared;
  return (
    <div className="stack" role="status">
      <p>
        <strong>{text("until", { when: formatDateTime(endsAt) })}</strong>
      </p>
      <div className="row">
        <input className="input" readOnly value={url} aria-label={text("link")} />
        <CopyButton value={url}>{text("copyLink")}</CopyButton>
      </div>
      {fields === undefined && <QrCode value={url} />}
      <Snippet code={curl} />
    </div>
  );
}
