// The account's KMS keys with what the list shows of each.

import {
  type AliasListEntry,
  DescribeKeyCommand,
  GetKeyRotationStatusCommand,
  type KeyMetadata,
  ListAliasesCommand,
  ListKeysCommand,
} from "@aws-sdk/client-kms";
import { queryOptions } from "@tanstack/react-query";
import { sendKms } from "../../clients/identity.ts";

export interface Key {
  readonly id: string;
  readonly metadata: KeyMetadata;
  readonly aliases: readonly string[];
  /** Unknown where the caller may not ask, and for keys that cannot rotate. */
  readonly isRotated?: boolean;
}

const pageSize = 100;

export const keysQuery = () =>
  queryOptions({
    queryKey: ["kms", "keys"],
    queryFn: async (): Promise<readonly Key[]> => {
      const [ids, aliases] = await Promise.all([listIds(), listAliases()]);
      return Promise.all(ids.map((id) => describe(id, aliases)));
    },
  });

async function describe(id: string, aliases: readonly AliasListEntry[]): Promise<Key> {
  const [described, rotation] = await Promise.all([
    sendKms(new DescribeKeyCommand({ KeyId: id })),
    sendKms(new GetKeyRotationStatusCommand({ KeyId: id })).catch(() => undefined),
  ]);
  const own = aliases.filter(({ TargetKeyId }) => TargetKeyId === id);
  return {
    id,
    metadata: described.KeyMetadata ?? { KeyId: id },
    aliases: own.map(({ AliasName = "" }) => AliasName),
    ...(rotation?.KeyRotationEnabled !== undefined && { isRotated: rotation.KeyRotationEnabled }),
  };
}

async function listIds(): Promise<readonly string[]> {
  const ids: string[] = [];
  let Marker: string | undefined;
  do {
    const page = await sendKms(
      new ListKeysCommand({ Limit: pageSize, ...(Marker !== undefined && { Marker }) }),
    );
    for (const { KeyId = "" } of page.Keys ?? []) ids.push(KeyId);
    Marker = page.NextMarker;
  } while (Marker !== undefined);
  return ids;
}

/** None where the caller may not list them: the keys are worth showing all the same. */
async function listAliases(): Promise<readonly AliasListEntry[]> {
  const aliases: AliasListEntry[] = [];
  let Marker: string | undefined;
  try {
    do {
      const page = await sendKms(
        new ListAliasesCommand({ Limit: pageSize, ...(Marker !== undefined && { Marker }) }),
      );
      aliases.push(...(page.Aliases ?? []));
      Marker = page.NextMarker;
    } while (Marker !== undefined);
  } catch {
    return [];
  }
  return aliases;
}
