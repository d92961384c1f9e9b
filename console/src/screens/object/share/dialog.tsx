// Sharing one object: a link to read it, or one to replace it; how long; as a QR code and for curl. The
// link is there at once, and anew for every choice: making one asks nothing of the server, unless it shall
// have a key of its own.

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { isArchived } from "../../../clients/head.ts";
import { Button } from "../../../components/button.tsx";
import { CopyButton } from "../../../components/copy-button.tsx";
import { Dialog } from "../../../components/dialog.tsx";
import { ErrorPanel } from "../../../components/error-panel.tsx";
import { Check, Choice, Field } from "../../../components/field.tsx";
import { formatDateTime, formatDuration } from "../../../components/format.ts";
import { Badge } from "../../../components/parts.tsx";
import { Snippet } from "../../../components/show-as.tsx";
import { frame } from "../../../messages/en/frame.ts";
import { share as text } from "../../../messages/en/object.ts";
import { shares as endable } from "../../../messages/en/shares.ts";
import { headQuery, type ObjectPlace } from "../place.ts";
import { EndableLink } from "./endable.tsx";
import { QrCode } from "./qr.tsx";
import { longestNow, longestSeconds, type Shared, type ShareWish, share } from "./sign.ts";

const durations = [900, 3600, 43_200, 86_400, longestSeconds] as const;

interface ShareDialogProps {
  readonly place: ObjectPlace;
  onClose(): void;
}

export function ShareDialog({ place, onClose }: ShareDialogProps) {
  const [isEndable, setEndable] = useState(false);
  const [made, setMade] = useState<Shared>();
  const longest = isEndable ? longestSeconds : longestNow();
  const [wish, setWish] = useState<ShareWish>({
    method: "GET",
    seconds: Math.min(3600, longest),
    isAttachment: false,
    contentType: "",
    maximumBytes: 100 * 1024 * 1024,
  });
  const { data, error } = useQuery({
    queryKey: ["share", place, wish],
    queryFn: () => share(place, wish),
    enabled: !isEndable,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const { data: head } = useQuery(headQuery(place));
  const isUnreadable = wish.method === "GET" && head !== undefined && isArchived(head);
  const shared = isEndable ? made : data;
  const set = (change: Partial<ShareWish>) => {
    setWish({ ...wish, ...change });
    setMade(undefined);
  };
  const choose = (chosen: boolean) => {
    setEndable(chosen);
    set({ seconds: Math.min(wish.seconds, chosen ? longestSeconds : longestNow()) });
  };
  const actions = <Button onClick={onClose}>{frame("close")}</Button>;
  return (
    <Dialog title={text("title")} lead={text("lead")} isOpen onClose={onClose} actions={actions}>
      {error && <ErrorPanel error={error} />}
      {shared && <ShareLink shared={shared} isOnce={isEndable} />}
      {isUnreadable && (
        <p>
          <Badge tone="warning">!</Badge> {text("archived")}
        </p>
      )}
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
      <Options wish={wish} set={set} />
      <Check
        label={endable("endable")}
        hint={endable("endableHint")}
        isChecked={isEndable}
        onChange={choose}
      />
      {isEndable && made === undefined && (
        <EndableLink place={place} wish={wish} kmsKeyArn={head?.SSEKMSKeyId} onMade={setMade} />
      )}
      {shared && shared.fields === undefined && <QrCode value={shared.url} />}
      {shared && <Snippet code={shared.curl} />}
    </Dialog>
  );
}

interface OptionsProps {
  readonly wish: ShareWish;
  set(change: Partial<ShareWish>): void;
}

/** What only links of one method have. */
function Options({ wish, set }: OptionsProps) {
  return (
    <>
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
    </>
  );
}

interface ShareLinkProps {
  readonly shared: Shared;
  /** Whether it cannot be shown again. */
  readonly isOnce: boolean;
}

function ShareLink({ shared: { url, endsAt }, isOnce }: ShareLinkProps) {
  return (
    <div className="stack" role="status">
      <div className="row share-link">
        <input className="input" readOnly value={url} aria-label={text("link")} />
        <CopyButton kind="primary" value={url}>
          {text("copyLink")}
        </CopyButton>
      </div>
      <p>
        <strong>{text("until", { when: formatDateTime(endsAt) })}</strong>{" "}
        {isOnce && endable("once")}
      </p>
    </div>
  );
}
