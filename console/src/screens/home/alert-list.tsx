// What needs a person, as a list with the way to each; quiet when there is nothing.

import { useQuery } from "@tanstack/react-query";
import { CircleCheck } from "lucide-react";
import { useState } from "react";
import type { LifecycleState, Webhook } from "../../../../src/admin/answers.ts";
import { Button } from "../../components/button.tsx";
import { Go } from "../../components/go.tsx";
import { useMissesKey } from "../../components/needs-key.tsx";
import { Badge, Card, Loading } from "../../components/parts.tsx";
import { SafeText } from "../../components/safe-text.tsx";
import { home as text } from "../../messages/en/home.ts";
import { adminQuery } from "../../queries/admin.ts";
import { bucketsQuery } from "../../queries/buckets.ts";
import { statusQuery } from "../../queries/status.ts";
import { webhooksPath } from "../webhooks/types.ts";
import { alertsOfBuckets, alertsOfLifecycle, alertsOfStatus, alertsOfWebhooks } from "./alerts.ts";

/** Each costs a handful of requests. */
const mostBuckets = 30;
const refreshMs = 30_000;

export function AlertList() {
  const missesKey = useMissesKey();
  const buckets = useQuery(bucketsQuery());
  const status = useQuery({ ...statusQuery(), refetchInterval: refreshMs });
  const webhooks = useQuery({
    ...adminQuery<{ webhooks: readonly Webhook[] }>(webhooksPath),
    refetchInterval: refreshMs,
  });
  const lifecycle = useQuery(
    adminQuery<{ buckets: readonly LifecycleState[] }>("/lifecycle?limit=1000"),
  );
  const names = buckets.data?.map(({ name }) => name) ?? [];
  const [isAll, setAll] = useState(false);
  const looked = isAll ? names : names.slice(0, mostBuckets);
  const ofBuckets = useQuery({
    queryKey: ["home", "alerts", looked],
    queryFn: () => alertsOfBuckets(looked),
    enabled: buckets.data !== undefined,
    staleTime: 60_000,
  });
  const alerts = [
    ...(status.data ? alertsOfStatus(status.data) : []),
    ...(webhooks.data ? alertsOfWebhooks(webhooks.data.webhooks) : []),
    ...(lifecycle.data ? alertsOfLifecycle(lifecycle.data.buckets) : []),
    ...(ofBuckets.data ?? []),
  ];
  const isPart = status.error !== null || webhooks.error !== null;
  const isLooking = status.isPending || webhooks.isPending || ofBuckets.isLoading;
  return (
    <Card title={text("alerts")}>
      <ul className="home-alerts">
        {alerts.map(({ tone, words, to }) => (
          <li key={words}>
            <Badge tone={tone}>!</Badge>
            <span className="home-words">
              <SafeText>{words}</SafeText>
            </span>
            <Go to={to}>{text("show")}</Go>
          </li>
        ))}
      </ul>
      {isLooking && <Loading label={text("looking")} />}
      {!isLooking && alerts.length === 0 && (
        <p className="home-nothing">
          <CircleCheck aria-hidden="true" className="home-well" />
          {text(!isPart ? "noAlerts" : missesKey ? "noAlertsKeyless" : "noAlertsHere")}
        </p>
      )}
      {!isLooking && looked.length > 0 && (
        <div className="row muted small">
          {names.length > looked.length
            ? text("lookedAtFirst", { count: looked.length })
            : text("lookedAt", { count: looked.length })}
          {names.length > looked.length && (
            <Button kind="quiet" onClick={() => setAll(true)}>
              {text("lookAtAll", { count: names.length })}
            </Button>
          )}
        </div>
      )}
    </Card>
  );
}
