// One recorded request: what it was, how it was decided, and for a denial the explanation in words.

import { useQuery } from "@tanstack/react-query";
import type { AuditRecord } from "../../../../src/admin/answers.ts";
import type { AuthorizationMessage } from "../../../../src/auth/policy/message.ts";
import { admin } from "../../clients/admin.ts";
import { CodeEditor } from "../../components/code-editor.tsx";
import { Copyable } from "../../components/copy-button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { formatBytes } from "../../components/format.ts";
import { Badge, Facts, Loading } from "../../components/parts.tsx";
import { SafeText, safeText } from "../../components/safe-text.tsx";
import { audit as text } from "../../messages/en/audit.ts";
import { ExplanationView } from "../explain/explanation.tsx";
import { whoOf } from "./types.ts";

interface RecordProps {
  readonly record: AuditRecord;
  onClose(): void;
}

const safe = (value: string | undefined) => value && <SafeText>{value}</SafeText>;

export function RecordDialog({ record, onClose }: RecordProps) {
  const { decision, denial } = record;
  const by = [
    decision?.reason,
    decision?.policy,
    decision?.statement && nameStatement(decision.statement),
  ]
    .filter(Boolean)
    .join(", ");
  return (
    <Dialog title={safeText(record.operation)} isOpen size="large" onClose={onClose}>
      <Facts
        items={[
          [text("requestId"), <Copyable key="id" value={record.requestId} />],
          [text("time"), record.time],
          [text("principal"), safe(whoOf(record)) || text("anonymous")],
          [text("bucket"), safe(record.bucket)],
          [text("key"), safe(record.key)],
          [text("version"), safe(record.versionId)],
          [text("uri"), safe(record.requestUri)],
          [text("address"), safe(record.remoteAddress)],
          [text("agent"), safe(record.userAgent)],
          [text("status"), record.status],
          [text("error"), safe(record.errorCode)],
          [text("took"), record.totalMs && text("milliseconds", { ms: record.totalMs })],
          [text("bytesSent"), record.bytesSent && formatBytes(record.bytesSent)],
          [text("bytesReceived"), record.bytesReceived && formatBytes(record.bytesReceived)],
          [
            text("decision"),
            decision && (
              <Badge key="decision" tone={decision.isAllowed ? "good" : "danger"}>
                {text(decision.isAllowed ? "allowed" : "denied")}
              </Badge>
            ),
          ],
          [text("decidedBy"), safe(by)],
        ]}
      />
      {denial !== undefined && <Denial message={denial} />}
      <h3>{text("everything")}</h3>
      <CodeEditor
        label={text("everything")}
        language="json"
        value={JSON.stringify(record, null, 2)}
      />
    </Dialog>
  );
}

/** By its Sid, or by its place among those of the policy. */
function nameStatement({ index, sid }: { readonly index: number; readonly sid?: string }): string {
  return text("statement", { name: sid ?? String(index + 1) });
}

function Denial({ message }: { readonly message: string }) {
  const { data, error } = useQuery({
    queryKey: ["explain", message],
    queryFn: () => admin<AuthorizationMessage>("POST", "/explain/message", { message }),
  });
  return (
    <section aria-label={text("explanation")}>
      <h3>{text("explanation")}</h3>
      {error && <ErrorPanel error={error} />}
      {!data && !error && <Loading />}
      {data && <ExplanationView explanation={data} />}
    </section>
  );
}
