// When an access key signed a request last, and for what.

import { GetAccessKeyLastUsedCommand } from "@aws-sdk/client-iam";
import { useQuery } from "@tanstack/react-query";
import { sendIam } from "../../clients/identity.ts";
import { formatRelative } from "../../components/format.ts";
import { iam as text } from "../../messages/en/iam.ts";

const liveMs = 10_000;

interface LastUsedProps {
  readonly accessKeyId: string;
  /** Asked again while it is looked at. */
  readonly isLive?: boolean;
}

export function LastUsed({ accessKeyId, isLive }: LastUsedProps) {
  const { data } = useQuery({
    queryKey: ["iam", "last-used", accessKeyId],
    queryFn: () => sendIam(new GetAccessKeyLastUsedCommand({ AccessKeyId: accessKeyId })),
    retry: false,
    refetchInterval: isLive ? liveMs : false,
  });
  if (data === undefined) return null;
  const { LastUsedDate, ServiceName } = data.AccessKeyLastUsed ?? {};
  if (LastUsedDate === undefined) return <span className="muted">{text("never")}</span>;
  return (
    <>
      {formatRelative(LastUsedDate)}, {ServiceName}
    </>
  );
}
