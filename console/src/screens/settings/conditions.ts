// The filter that lifecycle, replication, tiering and metrics share, as the conditions it holds: a prefix
// and tags. One condition stands alone, more than one inside `And`; whatever else is asked there stays.
// Pure.

import type { Tag } from "@aws-sdk/client-s3";

export interface Filter {
  readonly Prefix?: string | undefined;
  readonly Tag?: Tag | undefined;
  readonly And?:
    | { readonly Prefix?: string | undefined; readonly Tags?: Tag[] | undefined }
    | undefined;
}

interface Conditions {
  readonly prefix: string;
  readonly tags: readonly Tag[];
}

export function conditionsOf(filter: Filter | undefined): Conditions {
  const { Prefix, Tag: one, And } = filter ?? {};
  return { prefix: Prefix ?? And?.Prefix ?? "", tags: And?.Tags ?? (one ? [one] : []) };
}

/** `filter` with these conditions, and with all others that it had. */
export function withConditions(filter: Filter | undefined, { prefix, tags }: Conditions): Filter {
  const { Prefix: _, Tag: __, And = {}, ...alone } = filter ?? {};
  const { Prefix: ___, Tags: ____, ...others } = And;
  const rest = { ...alone, ...others };
  const isMany =
    Object.keys(rest).length + tags.length + (prefix === "" ? 0 : 1) > 1 || tags.length > 1;
  if (isMany) {
    return {
      And: {
        ...rest,
        ...(prefix !== "" && { Prefix: prefix }),
        ...(tags.length > 0 && { Tags: [...tags] }),
      },
    };
  }
  const [Tag] = tags;
  if (Tag !== undefined) return { Tag };
  return prefix === "" && Object.keys(rest).length > 0 ? rest : { Prefix: prefix };
}
