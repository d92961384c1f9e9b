// What would allow a denied call: sentences, statements to copy, and for the bucket's own policy a way
// to add them.

import {
  DeleteBucketPolicyCommand,
  GetBucketPolicyCommand,
  PutBucketPolicyCommand,
} from "@aws-sdk/client-s3";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { AuthorizationMessage } from "../../../../src/auth/policy/message.ts";
import type { Change } from "../../../../src/auth/policy/suggest.ts";
import { sendDeeds } from "../../clients/deeds.ts";
import { send } from "../../clients/s3.ts";
import { Button } from "../../components/button.tsx";
import { ShowDeeds } from "../../components/deed-button.tsx";
import { ConfirmDialog } from "../../components/dialog.tsx";
import { Go } from "../../components/go.tsx";
import { Card } from "../../components/parts.tsx";
import { SafeText } from "../../components/safe-text.tsx";
import { Snippet } from "../../components/show-as.tsx";
import { toast } from "../../components/toasts.tsx";
import { isAbsent } from "../../errors.ts";
import { explain as text } from "../../messages/en/explain.ts";

export function Changes({ explanation }: { readonly explanation: AuthorizationMessage }) {
  const { allowed, context, trace } = explanation;
  const bucket = /^arn:aws:s3:::([^/*]+)/.exec(context.resource)?.[1];
  if (allowed) {
    return (
      <Card title={text("changes")}>
        <p>{text("allowedWords")}</p>
      </Card>
    );
  }
  return (
    <Card title={text("changes")}>
      {trace.changes.length > 1 && <p className="muted">{text("changesLead")}</p>}
      {trace.changes.map((change) => (
        <ChangeView key={change.words} change={change} bucket={bucket} />
      ))}
    </Card>
  );
}

interface ChangeProps {
  readonly change: Change;
  readonly bucket: string | undefined;
}

function ChangeView({ change, bucket }: ChangeProps) {
  const { words, add, source } = change;
  const [isOpen, setOpen] = useState(false);
  const { data, refetch } = useQuery({
    queryKey: ["explain", "policy", bucket],
    queryFn: () => readPolicy(bucket ?? ""),
    enabled: isOpen,
    gcTime: 0,
  });
  const Bucket = bucket;
  const before = data?.policy;
  const deeds = add
    ? [new PutBucketPolicyCommand({ Bucket, Policy: withStatement(before, add) })]
    : [];
  const back = [
    before === undefined
      ? new DeleteBucketPolicyCommand({ Bucket })
      : new PutBucketPolicyCommand({ Bucket, Policy: before }),
  ];
  return (
    <div className="explain-change">
      <p>
        <SafeText>{words}</SafeText>
      </p>
      {add && <Snippet code={JSON.stringify(add, null, 2)} />}
      {add && source === "resource" && bucket && (
        <Button onClick={() => setOpen(true)}>{text("toBucketPolicy")}</Button>
      )}
      {add && source !== "resource" && <Go to="/policies">{text("toPolicies")}</Go>}
      {add && bucket && (
        <ConfirmDialog
          title={text("toBucketPolicyTitle", { bucket })}
          lead={text("toBucketPolicyLead")}
          confirm={text("toBucketPolicy")}
          isOpen={isOpen}
          isHarmless
          showAs={<ShowDeeds deeds={deeds} />}
          onConfirm={async () => {
            await sendDeeds(deeds);
            await refetch();
            toast(text("added"), { undo: () => sendDeeds(back).then(() => refetch()) });
          }}
          onClose={() => setOpen(false)}
        />
      )}
    </div>
  );
}

async function readPolicy(Bucket: string): Promise<{ readonly policy?: string | undefined }> {
  try {
    return { policy: (await send(new GetBucketPolicyCommand({ Bucket }))).Policy };
  } catch (error) {
    if (isAbsent(error)) return {};
    throw error;
  }
}

/** `Statement` may be one statement or a list; a policy that is new gets today's version. */
function withStatement(policy: string | undefined, add: object): string {
  const before = policy === undefined ? {} : (JSON.parse(policy) as Record<string, unknown>);
  const { Statement = [] } = before;
  const list = Array.isArray(Statement) ? (Statement as unknown[]) : [Statement];
  const version = policy === undefined && { Version: "2012-10-17" };
  return JSON.stringify({ ...version, ...before, Statement: [...list, add] });
}
