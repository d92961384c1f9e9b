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
import { checkXml, elementsOf } from "../../documents/xml.ts";
import { settings as text } from "../../messages/en/settings.ts";
import type { AnySetting, EditorProps } from "./types.ts";
import { useDocument } from "./use-document.ts";

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
  const { Form, Aside, Editor = PlainEditor } = setting;
  const edited = useDocument(setting, document);
  const { value, source, language, broken, wire } = edited;
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
            <Form value={value} onChange={edited.changeValue} />
          </section>
        )}
        <section aria-label={text("document")}>
          <Editor
            bucket={bucket}
            label={text("document")}
            value={source}
            shape={edited.shape}
            wire={language === "xml" ? wire : undefined}
            minimumLines={Form === undefined ? 18 : 10}
            onChange={edited.changeSource}
          />
          {wire && (
            <Button kind="quiet" disabledReason={broken} onClick={edited.turn}>
              {text(language === "xml" ? "asJson" : "asXml")}
            </Button>
          )}
        </section>
      </div>
      {Aside && <Aside bucket={bucket} value={value} />}
    </SaveDialog>
  );
}

function PlainEditor({ bucket: _, shape, wire, ...rest }: EditorProps) {
  const elements = useMemo(() => wire && elementsOf(wire), [wire]);
  if (wire) {
    const check = (source: string) => checkXml(source, wire);
    return <CodeEditor {...rest} language="xml" check={check} elements={elements ?? []} />;
  }
  const help = shape && {
    check: (source: string) => checkDocument(source, shape),
    complete: (textBefore: string) => completeDocument(textBefore, shape),
  };
  return <CodeEditor {...rest} {...help} language="json" />;
}
