// What a change of many objects is told: tags, a class, or for how long they are restored.

import type { RestoreRequest, StorageClass, Tag, Tier } from "@aws-sdk/client-s3";
import type { Pair } from "../../../components/pairs.tsx";

export type Change = "tags" | "class" | "restore";

export interface Wish {
  readonly change: Change;
  readonly tags: readonly Pair[];
  readonly isReplacing: boolean;
  readonly storageClass: StorageClass;
  readonly days: number;
  readonly tier: Tier;
  /** What is restored already stays so for as many days from now. */
  readonly isExtending: boolean;
}

export const firstWish = (change: Change): Wish => ({
  change,
  tags: [{ name: "", value: "" }],
  isReplacing: false,
  storageClass: "STANDARD_IA",
  days: 7,
  tier: "Standard",
  isExtending: false,
});

export const namedTags = ({ tags }: Wish): readonly Tag[] =>
  tags.filter(({ name }) => name !== "").map(({ name, value }) => ({ Key: name, Value: value }));

/** Intelligent-Tiering keeps what it restores: it takes no days. */
export const restoreRequest = ({ days, tier }: Wish, isTiered: boolean): RestoreRequest => ({
  ...(!isTiered && { Days: days }),
  GlacierJobParameters: { Tier: tier },
});
