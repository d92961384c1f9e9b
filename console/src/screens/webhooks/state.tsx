// How a webhook does, and how a delivery went, as badges.

import type { Outcome, Webhook } from "../../../../src/admin/answers.ts";
import { Badge } from "../../components/parts.tsx";
import { webhooks as text } from "../../messages/en/webhooks.ts";

export function State({ webhook }: { readonly webhook: Webhook }) {
  const { state, failures } = webhook;
  if (state === "disabled") return <Badge tone="danger">{text("disabled")}</Badge>;
  if (failures > 0) return <Badge tone="warning">{text("failing")}</Badge>;
  return <Badge tone="good">{text("enabled")}</Badge>;
}

const tones = {
  delivered: "good",
  pending: "accent",
  failed: "danger",
  skipped: "warning",
} as const;

export function OutcomeBadge({ outcome }: { readonly outcome: Outcome }) {
  return <Badge tone={tones[outcome]}>{text(outcome)}</Badge>;
}
