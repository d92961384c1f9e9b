// One setting: what it says now, and the dialog in which form and document are edited side by side.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { sendDeeds } from "../../clients/deeds.ts";
import { Button } from "../../components/button.tsx";
import { CodeEditor } from "../../components/code-editor.tsx";
import { ShowDeeds } from "../../components/deed-button.tsx";
import { ConfirmDialog } from "../../components/dialog.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Card, Loading } from "../../components/parts.tsx";
import { SaveDialog } from "../../components/save-dialog.tsx";
import { toast } from "../../components/toasts.tsx";
import { checkDocument, completeDocument } from "../../documents/check.ts";
import { shapeOf, withTimes } from "../../documents/shape.ts";
import { describeError } from "../../errors.ts";
import { documents as ofDocument } from "../../messages/en/documents.ts";
import { settings as text } from "../../messages/en/settings.ts";
import type { AnySetting, EditorProps } from "./types.ts";

interface CardProps {
  readonly setting: AnySetting;
  readonly bucket: string;
}

export function SettingCard({ setting, bucket }: CardProps) {
  const key = ["setting", bucket, setting.id];
  const { data, error, refetch } = useQuery({
    queryKey: key,
    // A query may not give `undefined`.
    queryFn: async () => ({ document: await setting.load(bucket) }),
  });
  const [isOpen, setOpen] = useState(false);
  const [isDoomed, setDoomed] = useState(false);
  const queries = useQueryClient();
  const current = data?.document;
  const isSet = current !== undefined;
  const { title, Status } = setting;
  const refresh = () => queries.invalidateQueries({ queryKey: ["setting", bucket] });
  const restore = async (after: unknown) => {
    const back = isSet ? setting.deeds(bucket, current, after) : setting.removal?.(bucket, after);
    await sendDeeds(back ?? []);
    await refresh();
  };
  const removal = isSet ? (setting.removal?.(bucket, current) ?? []) : [];
  const change = isSet ? text("edit") : text("setUp");
  const canUndo = isSet || setting.removal !== undefined;
  const actions = data && (
    <div className="row">
      {isSet && setting.removal && (
        <Button kind="quiet" onClick={() => setDoomed(true)}>
          {text("remove")}
        </Button>
      )}
      <Button onClick={() => setOpen(true)} aria-label={`${change} ${title}`}>
        {change}
      </Button>
    </div>
  );
  return (
    <Card title={title} actions={actions}>
      <p className="muted">{setting.lead}</p>
      {error && <ErrorPanel error={error} onRetry={() => refetch()} />}
      {!data && !error && <Loading />}
      {data && <div>{isSet ? setting.summary(current) : text("notSet")}</div>}
      {isSet && Status && <Status bucket={bucket} />}
      {isOpen && (
        <SettingDialog
          setting={setting}
          bucket={bucket}
          document={current}
          onSaved={async (after) => {
            await refresh();
            toast(text("saved", { title }), canUndo ? { undo: () => restore(after) } : {});
          }}
          onClose={() => setOpen(false)}
        />
      )}
      <ConfirmDialog
        title={text("removeTitle", { title })}
        lead={text("removeLead")}
        isOpen={isDoomed}
        confirm={text("remove")}
        showAs={<ShowDeeds deeds={removal} />}
        onConfirm={async () => {
          await sendDeeds(removal);
          await refresh();
          toast(text("removed", { title }), { undo: () => restore(undefined) });
        }}
        onClose={() => setDoomed(false)}
      />
    </Card>
  );
}

interface DialogProps extends CardProps {
  /** As it is set now; `undefined` where it is not. */
  readonly document: unknown;
  onSaved(document: unknown): Promise<unknown>;
  onClose(): void;
}

function SettingDialog({ setting, bucket, document, onSaved, onClose }: DialogProps) {
  const [value, setValue] = useState(document ?? setting.empty);
  const [source, setSource] = useState(() => render(value));
  const [broken, setBroken] = useState<string>();
  const { Form, Aside, Editor = PlainEditor } = setting;
  const shape = useMemo(() => shapeOfSetting(setting), [setting]);
  // The form writes the document anew; what was typed there by hand is kept as it was typed.
  const changeForm = (next: unknown) => {
    setValue(next);
    setSource(render(next));
    setBroken(undefined);
  };
  const changeSource = (next: string) => {
    setSource(next);
    try {
      const parsed: unknown = JSON.parse(next);
      const [found] = shape === undefined ? [] : checkDocument(next, shape);
      if (found === undefined) setValue(shape === undefined ? parsed : withTimes(parsed, shape));
      setBroken(found && ofDocument("findings", { message: found.message }));
    } catch (thrown) {
      setBroken(text("brokenDocument", { message: describeError(thrown).message }));
    }
  };
  const deeds = setting.deeds(bucket, value, document);
  return (
    <SaveDialog
      title={setting.title}
      lead={setting.lead}
      isOpen
      size="large"
      save={text("save")}
      disabledReason={broken}
      showAs={<ShowDeeds deeds={deeds} />}
      onSave={() => sendDeeds(deeds).then(() => onSaved(value))}
      onClose={onClose}
    >
      <div className={Form === undefined ? "setting-sides single" : "setting-sides"}>
        {Form && (
          <section aria-label={text("form")}>
            <Form value={value} onChange={changeForm} />
          </section>
        )}
        <section aria-label={text("document")}>
          <Editor
            bucket={bucket}
            label={text("document")}
            value={source}
            shape={shape}
            minimumLines={Form === undefined ? 18 : 10}
            onChange={changeSource}
          />
        </section>
      </div>
      {Aside && <Aside bucket={bucket} value={value} />}
    </SaveDialog>
  );
}

/** Of the document that this setting is saved as; a policy, which is a text, has its own editor. */
function shapeOfSetting(setting: AnySetting) {
  const [deed] = setting.deeds("bucket", setting.empty, undefined);
  return deed && shapeOf(deed, setting.empty);
}

function PlainEditor({ bucket: _, shape, ...rest }: EditorProps) {
  const help = shape && {
    check: (source: string) => checkDocument(source, shape),
    complete: (textBefore: string) => completeDocument(textBefore, shape),
  };
  return <CodeEditor {...rest} {...help} language="json" />;
}

function render(document: unknown): string {
  return JSON.stringify(document, null, 2);
}
