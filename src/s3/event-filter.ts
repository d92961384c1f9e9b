// What a webhook wants to be told of besides what the bucket's configuration says: only objects with
// these tags and this metadata. Pure.

/** Every pair must be there with that value; `*` is any value. Metadata names in lower case. */
export interface EventFilter {
  readonly tags?: Readonly<Record<string, string>>;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** What is looked at: of the version the event is about. */
export interface FilteredVersion {
  readonly tags?: readonly (readonly [key: string, value: string])[];
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Whether the filter lets the version's event pass. */
export function passes(filter: EventFilter | undefined, version: FilteredVersion): boolean {
  if (filter === undefined) return true;
  const tags = Object.fromEntries(version.tags ?? []);
  return holds(filter.tags, tags) && holds(filter.metadata, version.metadata ?? {});
}

function holds(
  wanted: Readonly<Record<string, string>> = {},
  there: Readonly<Record<string, string>> = {},
): boolean {
  return Object.entries(wanted).every(([name, value]) => {
    if (!Object.hasOwn(there, name)) return false;
    return value === "*" || there[name] === value;
  });
}
