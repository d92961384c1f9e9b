// The filter over the list of buckets: by name, region, what the badges say, and tags. Names and regions
// come with the list; the others are asked of every bucket, and only once what is typed could mean them.

import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { buckets as text } from "../../messages/en/buckets.ts";
import { type BucketFacts, bucketFactsQuery, bucketTagsQuery } from "../../queries/bucket-facts.ts";
import type { BucketEntry } from "../../queries/buckets.ts";

export const allBadges = ["public", "versioned", "suspended", "locked", "kms"] as const;

export type BadgeName = (typeof allBadges)[number];

/** What is said of a bucket with these facts. */
export function badgesOf(facts: BucketFacts): readonly BadgeName[] {
  const isSaid: Readonly<Record<BadgeName, boolean>> = {
    public: facts.isPublic,
    versioned: facts.versioning === "Enabled",
    suspended: facts.versioning === "Suspended",
    locked: facts.hasLock,
    kms: facts.hasKmsKey,
  };
  return allBadges.filter((badge) => isSaid[badge]);
}

/** Why a bucket is among those shown; `words` say more than the row does without them. */
export interface Match {
  readonly by: "name" | "setting" | "region" | "tag";
  readonly words?: string;
}

export interface Found {
  readonly matches: ReadonlyMap<string, Match>;
  /** How many buckets have not told yet what was asked of them. */
  readonly unread: number;
}

/** Fewer letters are in too many words to ask every bucket for them. */
const fewestLetters = 3;

const badgesMeant = (words: string): ReadonlySet<BadgeName> =>
  new Set(
    words.length < fewestLetters
      ? []
      : allBadges.filter((badge) => text(badge).toLowerCase().includes(words)),
  );

const isOfTags = (words: string): boolean => words.includes("=");

/** The buckets that match what is typed, and why each does. */
export function useFound(buckets: readonly BucketEntry[], typed: string): Found {
  const words = typed.trim().toLowerCase();
  const badges = useMemo(() => badgesMeant(words), [words]);
  const facts = useOfEach(buckets, readFacts, badges.size > 0);
  const tags = useOfEach(buckets, readTags, isOfTags(words));
  return useMemo(() => {
    const matches = new Map<string, Match>();
    const matchOf = ({ name, region = "" }: BucketEntry): Match | undefined => {
      if (name.includes(words)) return { by: "name" };
      if (region.includes(words)) return { by: "region", words: region };
      const known = facts.get(name);
      if (known && badgesOf(known).some((badge) => badges.has(badge))) return { by: "setting" };
      const tag = tags.get(name)?.find((pair) => pair.toLowerCase().includes(words));
      return tag === undefined || !isOfTags(words) ? undefined : { by: "tag", words: tag };
    };
    for (const bucket of buckets) {
      const match = matchOf(bucket);
      if (match) matches.set(bucket.name, match);
    }
    const asked = badges.size > 0 ? facts : isOfTags(words) ? tags : undefined;
    return { matches, unread: asked === undefined ? 0 : buckets.length - asked.size };
  }, [buckets, words, badges, facts, tags]);
}

const readFacts = (queries: QueryClient, bucket: string) =>
  queries.fetchQuery(bucketFactsQuery(bucket));

const readTags = (queries: QueryClient, bucket: string) =>
  queries.fetchQuery(bucketTagsQuery(bucket));

const bucketsAtOnce = 8;

/** What is read of each bucket, as the answers come, while it `isWanted`. */
function useOfEach<Data>(
  buckets: readonly BucketEntry[],
  readOne: (queries: QueryClient, bucket: string) => Promise<Data>,
  isWanted: boolean,
): ReadonlyMap<string, Data> {
  const queries = useQueryClient();
  const [known, setKnown] = useState<ReadonlyMap<string, Data>>(new Map());
  useEffect(() => {
    if (!isWanted) return;
    let isOver = false;
    const read = async () => {
      for (let at = 0; at < buckets.length && !isOver; at += bucketsAtOnce) {
        const some = buckets.slice(at, at + bucketsAtOnce);
        const answers = await Promise.all(
          some.map(async ({ name }) => [name, await readOne(queries, name)] as const),
        );
        if (!isOver) setKnown((before) => new Map([...before, ...answers]));
      }
    };
    read();
    return () => {
      isOver = true;
    };
  }, [buckets, queries, readOne, isWanted]);
  return known;
}
