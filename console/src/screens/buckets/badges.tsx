// What a bucket is set to, asked for when its row comes into sight.

import { useQuery } from "@tanstack/react-query";
import { Globe, History, KeyRound, LockKeyhole } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Badge } from "../../components/parts.tsx";
import { buckets as text } from "../../messages/en/buckets.ts";
import { bucketFactsQuery } from "../../queries/bucket-facts.ts";

export function BucketBadges({ bucket }: { readonly bucket: string }) {
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
      {data?.isPublic && (
        <Badge tone="warning">
          <Globe aria-hidden="true" /> {text("public")}
        </Badge>
      )}
      {data?.versioning === "Enabled" && (
        <Badge tone="accent">
          <History aria-hidden="true" /> {text("versioned")}
        </Badge>
      )}
      {data?.versioning === "Suspended" && <Badge>{text("suspended")}</Badge>}
      {data?.hasLock && (
        <Badge tone="accent">
          <LockKeyhole aria-hidden="true" /> {text("locked")}
        </Badge>
      )}
      {data?.hasKmsKey && (
        <Badge>
          <KeyRound aria-hidden="true" /> {text("kms")}
        </Badge>
      )}
    </div>
  );
}
