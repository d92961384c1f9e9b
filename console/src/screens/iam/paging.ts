// IAM's lists whole: accounts have hundreds of users, not millions.

interface Page {
  readonly IsTruncated?: boolean | undefined;
  readonly Marker?: string | undefined;
}

/** Asks page after page and gives every entry. */
export async function collect<Answer extends Page, Entry>(
  ask: (page: { readonly Marker?: string }) => Promise<Answer>,
  entriesOf: (answer: Answer) => readonly Entry[] | undefined,
): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  let marker: string | undefined;
  do {
    const answer = await ask(marker === undefined ? {} : { Marker: marker });
    entries.push(...(entriesOf(answer) ?? []));
    marker = answer.IsTruncated ? answer.Marker : undefined;
  } while (marker !== undefined);
  return entries;
}
