// The head of every screen of one bucket: its name, and the tabs that `screens.ts` lists.

import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect } from "react";
import { frame as text } from "../messages/en/frame.ts";
import { bucketFactsQuery } from "../queries/bucket-facts.ts";
import { noteVisit } from "../recent-buckets.ts";
import { screens } from "../screens.ts";
import { useSession } from "../session/use-session.ts";
import { Go, useAddress, useParameter } from "./go.tsx";
import { Empty, Page } from "./parts.tsx";
import { useChosenInView } from "./tabs.tsx";

interface BucketPageProps {
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A screen of one bucket: its name, its tabs, what the screen draws. */
export function BucketPage({ actions, children }: BucketPageProps) {
  const bucket = useParameter("bucket");
  const isMissing = useQuery(bucketFactsQuery(bucket)).data?.isMissing === true;
  return (
    <Page title={bucket} actions={!isMissing && actions} isWide>
      <BucketTabs />
      {isMissing ? <NoBucket bucket={bucket} /> : children}
    </Page>
  );
}

/** Stands where a bucket was, or never was; the list of buckets leads on. */
export function NoBucket({ bucket }: { readonly bucket: string }) {
  const toBuckets = (
    <Go to="/buckets" className="button primary">
      {text("toBuckets")}
    </Go>
  );
  return (
    <Empty title={text("noBucket", { bucket })} action={toBuckets}>
      {text("noBucketText")}
    </Empty>
  );
}

/** The tabs alone. */
export function BucketTabs() {
  const bucket = useParameter("bucket");
  const { path } = useAddress();
  const row = useChosenInView<HTMLElement>(path);
  const { accountId } = useSession().identity;
  useEffect(() => noteVisit(accountId, bucket), [accountId, bucket]);
  const tabs = screens.filter((screen) => screen.isBucketTab);
  if (tabs.length < 2) return null;
  return (
    <nav className="tabs bucket-tabs" aria-label={text("bucketTabs")} ref={row}>
      {tabs.map((screen) => {
        const to = screen.path.replace("$bucket", bucket);
        const isCurrent = path.replace(/^\/-\/console/, "") === to;
        return (
          <Go
            key={screen.path}
            to={to}
            className="tab"
            aria-current={isCurrent ? "page" : undefined}
          >
            {screen.title}
          </Go>
        );
      })}
    </nav>
  );
}
