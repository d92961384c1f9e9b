// The first screen: what needs a person, what is stored and how it is used, and the buckets looked at
// last. Whatever the identity may not see is left out, and said once.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Database, Plus } from "lucide-react";
import type { DayUsage } from "../../../../src/admin/answers.ts";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Go } from "../../components/go.tsx";
import { GiveKey, useMissesKey } from "../../components/needs-key.tsx";
import { Card, Empty, Loading, Page } from "../../components/parts.tsx";
import { isDenied } from "../../errors.ts";
import { home as text } from "../../messages/en/home.ts";
import { bucketsQuery } from "../../queries/buckets.ts";
import { statusQuery } from "../../queries/status.ts";
import { requestsQuery, usageQuery } from "../../queries/usage.ts";
import { recentBuckets } from "../../recent-buckets.ts";
import { useSession } from "../../session/use-session.ts";
import { BucketLinks } from "../buckets/bucket-links.tsx";
import { OpenByName } from "../buckets/open-by-name.tsx";
import { Figures } from "../usage/figures.tsx";
import { MeasureNow } from "../usage/measure.tsx";
import { RequestCharts } from "../usage/request-charts.tsx";
import { StoredCharts } from "../usage/stored-charts.tsx";
import { AlertList } from "./alert-list.tsx";
import { CostCard } from "./cost-card.tsx";
import "../usage/usage.css";
import "./home.css";

const shownRecent = 8;
const shownDays = 30;
/** Two days of hours can be told apart on a phone. */
const shownRequestDays = 2;

/** The days of every bucket there is are shared by all: only what was measured on the last is a total. */
export default function HomeScreen() {
  const stored = useQuery(usageQuery(shownDays));
  const requests = useQuery(requestsQuery(shownRequestDays));
  const status = useQuery(statusQuery());
  const latest = stored.data?.days.at(-1);
  const errors = [stored.error, requests.error].filter((error) => error && !isDenied(error));
  const isHidden = [stored.error, requests.error, status.error].some(
    (error) => error && isDenied(error),
  );
  return (
    <Page title={text("title")} lead={text("lead")} isWide>
      <div className="home">
        <Recent />
        <AlertList />
        {errors[0] && <ErrorPanel error={errors[0]} />}
        {stored.isPending && <Loading />}
        {stored.data && <Stored latest={latest} isAll={status.data !== undefined} />}
        <CostCard />
        <div className="usage-charts">
          {stored.data && latest && <StoredCharts days={stored.data.days} />}
          {requests.data && <RequestCharts points={requests.data.points} />}
        </div>
        {isHidden && <Hidden />}
      </div>
    </Page>
  );
}

/** A session that was kept over a reload is less than the key it came from. */
function Hidden() {
  const queries = useQueryClient();
  const missesKey = useMissesKey();
  return (
    <div className="row">
      <p className="muted">{text(missesKey ? "keyGone" : "hidden")}</p>
      {missesKey && <GiveKey onGiven={() => queries.invalidateQueries()} />}
    </div>
  );
}

interface StoredProps {
  readonly latest: DayUsage | undefined;
  readonly isAll: boolean;
}

function Stored({ latest, isAll }: StoredProps) {
  return (
    <Card title={text("stored")} actions={<MeasureNow />}>
      <p className="muted">{text(isAll ? "storedAll" : "storedLead")}</p>
      {latest ? <Figures usage={latest} /> : <p>{text("notMeasured")}</p>}
    </Card>
  );
}

/** Those looked at last, then the newest. */
function Recent() {
  const { identity } = useSession();
  const { data, error, refetch } = useQuery(bucketsQuery());
  if (error && isDenied(error)) return <OpenByName />;
  if (error) return <ErrorPanel error={error} onRetry={() => refetch()} />;
  if (!data) return <Loading />;
  if (data.length === 0) {
    return (
      <Empty
        icon={<Database />}
        title={text("noBuckets")}
        action={
          <Go to="/buckets" search={{ create: "1" }} className="button primary">
            <Plus />
            {text("createBucket")}
          </Go>
        }
      >
        {text("noBucketsLead")}
      </Empty>
    );
  }
  const names = new Set(data.map(({ name }) => name));
  const visited = recentBuckets(identity.accountId).filter((name) => names.has(name));
  const newest = [...data]
    .sort((a, b) => (b.createdAt?.getTime() ?? 0) - (a.createdAt?.getTime() ?? 0))
    .map(({ name }) => name);
  const shown = [...new Set([...visited, ...newest])].slice(0, shownRecent);
  return (
    <Card title={text("recent")} actions={<Go to="/buckets">{text("toBuckets")}</Go>}>
      <BucketLinks names={shown} />
    </Card>
  );
}
