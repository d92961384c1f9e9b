// What stands in for a screen: while it loads, when its address names none, when it broke.

import { useRouter } from "@tanstack/react-router";
import { Button } from "../components/button.tsx";
import { ErrorPanel } from "../components/error-panel.tsx";
import { Go } from "../components/go.tsx";
import { Empty, Page, Loading as Spinner } from "../components/parts.tsx";
import { frame as text } from "../messages/en/frame.ts";

export function Loading() {
  return <Spinner />;
}

export function NotFound() {
  return (
    <Empty
      title={text("notFound")}
      action={
        <Go to="/buckets" className="button primary">
          {text("toBuckets")}
        </Go>
      }
    >
      {text("notFoundText")}
    </Empty>
  );
}

export function Crash({ error }: { readonly error: unknown }) {
  const router = useRouter();
  return (
    <Page title={text("failed")}>
      <ErrorPanel error={error} onRetry={() => router.invalidate()}>
        <Button onClick={() => location.reload()}>{text("reload")}</Button>
      </ErrorPanel>
    </Page>
  );
}
