// What a bucket is set to, asked for when its row comes into sight.

import { useQuery } from "@tanstack/react-query";
import { Globe, History, KeyRound, LockKeyhole } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { Badge } from "../../components/parts.tsx";
import { SafeText } from "../../components/safe-text.tsx";
import { buckets as text } from "../../messages/en/buckets.ts";
import { bucketFactsQuery } from "../../queries/bucket-facts.ts";
import { type BadgeName, badgesOf } from "./filter.ts";

interface Look {
  readonly tone?: "warning" | "accent";
  readonly icon?: ReactNode;
}

const looks: Readonly<Record<BadgeName, Look>> = {
  public: { tone: "warning", icon: <Globe aria-hidden="true" /> },
  versioned: { tone: "accent", icon: <History aria-hidden="true" /> },
  suspended: {},
  locked: { tone: "accent", icon: <LockKeyhole aria-hidden="true" /> },
  kms: { icon: <KeyRound aria-hidden="true" /> },
};

interface BucketBadgesProps {
  readonly bucket: string;
  /** What a filter found that is not seen otherwise. */
  readonly found?: string | undefined;
}

export function BucketBadges({ bucket, found }: BucketBadgesProps) {
  const place = useRef<HTMLDivElement>(null);
  const [isSeen, setSeen] = useState(false);
  useEffect(() => {
    const watcher = new IntersectionObserver(([entry]) => {
      if (entry?.isIntersecting) setSeen(true);
    });
    if (place.current) watcher.observe(place.current);
    return () => watcher.disconnect();
  }, []);
  const { data } = useQuery({ ...bucketFactsQuery(bucket), enabled: isSeen });
  return (
    <div className="bucket-badges" ref={place}>
      {(data === undefined ? [] : badgesOf(data)).map((badge) => {
        const { tone, icon } = looks[badge];
        return (
          <Badge key={badge} {...(tone && { tone })}>
            {icon} {text(badge)}
          </Badge>
        );
      })}
      {found !== undefined && (
        <Badge>
          <SafeText>{found}</SafeText>
        </Badge>
      )}
    </div>
  );
}
