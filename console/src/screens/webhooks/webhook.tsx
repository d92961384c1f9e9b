// One webhook: how it does, what can be done with it, and what was delivered.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { RotateCw, Send, Trash2 } from "lucide-react";
import { useState } from "react";
import type { Delivery, Webhook } from "../../../../src/admin/answers.ts";
import { admin } from "../../clients/admin.ts";
import { Button } from "../../components/button.tsx";
import { Copyable } from "../../components/copy-button.tsx";
import { ConfirmDialog } from "../../components/dialog.tsx";
import { formatDateTime } from "../../components/format.ts";
import { useGo, useParameter } from "../../components/go.tsx";
import { NeedsKey } from "../../components/needs-key.tsx";
import { Badge, Card, Facts, Loading, Page } from "../../components/parts.tsx";
import { SafeText } from "../../components/safe-text.tsx";
import { ShowCommand } from "../../components/show-command.tsx";
import { toast, toastError } from "../../components/toasts.tsx";
import { operate } from "../../messages/en/operate.ts";
import { webhooks as text } from "../../messages/en/webhooks.ts";
import { adminQuery } from "../../queries/admin.ts";
import { DeliveryList } from "./deliveries.tsx";
import { SecretDialog } from "./secret-dialog.tsx";
import { State } from "./state.tsx";
import { pathOf } from "./types.ts";

export default function WebhookScreen() {
  const name = useParameter("name");
  const { data, error, refetch } = useQuery(adminQuery<Webhook>(pathOf(name)));
  return (
    <Page title={<SafeText>{name}</SafeText>} actions={data && <Actions webhook={data} />} isWide>
      {error && <NeedsKey error={error} words={text("rootOnly")} onRetry={() => refetch()} />}
      {!data && !error && <Loading />}
      {data && (
        <Card>
          <WebhookFacts webhook={data} />
        </Card>
      )}
      {data && <DeliveryList name={name} />}
    </Page>
  );
}

function WebhookFacts({ webhook }: { readonly webhook: Webhook }) {
  const { url, topicArn, functionArn, failures, lastError = "" } = webhook;
  const time = (at: string | undefined) => at && formatDateTime(new Date(at));
  const arn = (value: string) => <Copyable value={value} />;
  return (
    <Facts
      items={[
        [
          text("state"),
          <span className="row" key="state">
            <State webhook={webhook} />
            {webhook.isEventBus && <Badge tone="accent">{text("eventBus")}</Badge>}
          </span>,
        ],
        [
          text("url"),
          <span className="break" key="url">
            <SafeText>{url}</SafeText>
          </span>,
        ],
        [text("topicArn"), arn(topicArn)],
        [text("functionArn"), arn(functionArn)],
        [text("created"), time(webhook.createdAt)],
        [text("lastDelivered"), time(webhook.lastDeliveredAt) ?? text("never")],
        [text("failures"), failures > 0 && failures],
        [text("failingSince"), time(webhook.failingSince)],
        [text("lastError"), lastError && <SafeText>{lastError}</SafeText>],
        [text("previousSecret"), time(webhook.previousSecretUntil)],
      ]}
    />
  );
}

/** Says how a test went. */
function tellTest({ outcome, status, durationMs }: Delivery): void {
  const words = { outcome: text(outcome), ms: durationMs };
  const message =
    status === undefined
      ? text("testDone", words)
      : text("testAnswered", { ...words, status: String(status) });
  toast(message, { isError: outcome !== "delivered" });
}

function Actions({ webhook }: { readonly webhook: Webhook }) {
  const { name, state } = webhook;
  const path = pathOf(name);
  const queries = useQueryClient();
  const go = useGo();
  const [isTesting, setTesting] = useState(false);
  const [isRotating, setRotating] = useState(false);
  const [isDoomed, setDoomed] = useState(false);
  const [secret, setSecret] = useState<string>();
  const refresh = () => queries.invalidateQueries({ queryKey: ["admin"] });
  const test = async () => {
    setTesting(true);
    await admin<Delivery>("POST", `${path}/test`).then(tellTest).catch(toastError);
    setTesting(false);
    await refresh();
  };
  const turn = (next: "enabled" | "disabled") =>
    admin("PATCH", path, { state: next }).then(refresh);
  const other = state === "enabled" ? "disabled" : "enabled";
  const change = () =>
    turn(other)
      .then(() => toast(text(`${other}Toast`), { undo: () => turn(state) }))
      .catch(toastError);
  return (
    <>
      <ShowCommand words={["webhook", "test", name]} />
      <Button icon={<Send />} onClick={test} isBusy={isTesting}>
        {text("test")}
      </Button>
      <ShowCommand words={["webhook", other.replace(/d$/, ""), name]} isSmall />
      <Button onClick={change}>{text(state === "enabled" ? "disable" : "enable")}</Button>
      <Button icon={<RotateCw />} onClick={() => setRotating(true)}>
        {text("rotate")}
      </Button>
      <Button icon={<Trash2 />} onClick={() => setDoomed(true)}>
        {operate("delete")}
      </Button>
      <ConfirmDialog
        title={text("rotate")}
        lead={text("rotateLead")}
        confirm={text("rotate")}
        isOpen={isRotating}
        isHarmless
        showAs={<ShowCommand words={["webhook", "rotate", name]} />}
        onConfirm={async () => {
          const made = await admin<{ secret: string }>("POST", `${path}/rotate`, {});
          setSecret(made.secret);
          await refresh();
        }}
        onClose={() => setRotating(false)}
      />
      <SecretDialog secret={secret} onClose={() => setSecret(undefined)} />
      <ConfirmDialog
        title={text("deleteTitle", { name })}
        lead={text("deleteLead")}
        confirm={operate("delete")}
        typedName={name}
        isOpen={isDoomed}
        showAs={<ShowCommand words={["webhook", "delete", name]} />}
        onConfirm={async () => {
          await admin("DELETE", path);
          go("/webhooks");
          toast(text("deleted"));
          queries.removeQueries({ queryKey: ["admin", path] });
          await refresh();
        }}
        onClose={() => setDoomed(false)}
      />
    </>
  );
}
