// Shared links that have a key of their own: what they open, until when, when they were used, and their end.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Share2 } from "lucide-react";
import { useState } from "react";
import { sendDeeds } from "../../clients/deeds.ts";
import { Button } from "../../components/button.tsx";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { DeedButton, ShowDeeds } from "../../components/deed-button.tsx";
import { ConfirmDialog } from "../../components/dialog.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { formatDateTime } from "../../components/format.ts";
import { Go } from "../../components/go.tsx";
import { Badge, Empty, Loading, Page } from "../../components/parts.tsx";
import { SafeText } from "../../components/safe-text.tsx";
import { toast } from "../../components/toasts.tsx";
import { screens } from "../../messages/en/screens.ts";
import { shares as text } from "../../messages/en/shares.ts";
import { LastUsed } from "../users/last-used.tsx";
import { endDeeds, isOpen, type ShareUser, sharesQuery } from "./share-users.ts";

export default function SharesScreen() {
  const { data, error, refetch } = useQuery(sharesQuery());
  const queries = useQueryClient();
  const [doomed, setDoomed] = useState<ShareUser>();
  const refresh = () => queries.invalidateQueries({ queryKey: sharesQuery().queryKey });
  const over = data?.filter((share) => !isOpen(share, Date.now())) ?? [];
  const actions = over.length > 0 && (
    <DeedButton deeds={over.flatMap(endDeeds)} said={text("overRemoved")} onDone={refresh}>
      {text("removeOver")}
    </DeedButton>
  );
  return (
    <Page title={screens("shares")} lead={text("lead")} actions={actions} isWide>
      {error && <ErrorPanel error={error} onRetry={() => refetch()} />}
      {!data && !error && <Loading />}
      {data?.length === 0 && (
        <Empty icon={<Share2 />} title={text("none")}>
          {text("noneLead")}
        </Empty>
      )}
      {data && data.length > 0 && <ShareTable shares={data} onEnd={setDoomed} />}
      {doomed && (
        <ConfirmDialog
          title={text("endTitle")}
          lead={text("endLead")}
          confirm={text(isOpen(doomed, Date.now()) ? "end" : "remove")}
          isOpen
          showAs={<ShowDeeds deeds={endDeeds(doomed)} isSmall />}
          onConfirm={async () => {
            await sendDeeds(endDeeds(doomed));
            await refresh();
            toast(text("ended"));
          }}
          onClose={() => setDoomed(undefined)}
        />
      )}
    </Page>
  );
}

interface TableProps {
  readonly shares: readonly ShareUser[];
  onEnd(share: ShareUser): void;
}

const stateOf = (share: ShareUser): string =>
  text(share.grant === undefined ? "unknown" : isOpen(share, Date.now()) ? "open" : "over");

const columns: readonly Column<ShareUser>[] = [
  {
    id: "object",
    head: text("object"),
    value: ({ grant, user }) => (grant ? `${grant.place.bucket}/${grant.place.key}` : user),
    cell: ({ grant, user }) =>
      grant ? (
        <Go
          to={`/buckets/${grant.place.bucket}/object`}
          search={{ key: grant.place.key, version: grant.place.versionId }}
        >
          <SafeText>{`${grant.place.bucket}/${grant.place.key}`}</SafeText>
        </Go>
      ) : (
        <SafeText>{user}</SafeText>
      ),
  },
  {
    id: "may",
    head: text("may"),
    cell: ({ grant }) => grant && text(grant.mayWrite ? "write" : "read"),
    isMinor: true,
  },
  {
    id: "from",
    head: text("from"),
    cell: ({ grant }) => <SafeText>{grant?.addresses.join(", ") || text("anywhere")}</SafeText>,
    isMinor: true,
  },
  {
    id: "used",
    head: text("used"),
    cell: ({ key }) => key?.AccessKeyId && <LastUsed accessKeyId={key.AccessKeyId} />,
    isMinor: true,
  },
  {
    id: "until",
    head: text("until"),
    value: ({ grant }) => grant?.endsAt.getTime() ?? 0,
    cell: (share) => (
      <>
        {formatDateTime(share.grant?.endsAt)}{" "}
        <Badge tone={isOpen(share, Date.now()) ? "good" : "plain"}>{stateOf(share)}</Badge>
      </>
    ),
  },
];

function ShareTable({ shares, onEnd }: TableProps) {
  const end: Column<ShareUser> = {
    id: "do",
    head: "",
    align: "end",
    cell: (share) => (
      <Button kind="quiet" onClick={() => onEnd(share)}>
        {text(isOpen(share, Date.now()) ? "end" : "remove")}
      </Button>
    ),
  };
  return (
    <DataTable
      label={screens("shares")}
      rows={shares}
      columns={[...columns, end]}
      rowKey={({ user }) => user}
      sortedBy={{ id: "until", desc: true }}
    />
  );
}
