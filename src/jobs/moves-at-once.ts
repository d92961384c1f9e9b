// How many versions are moved at a time: enough to hide what stores take to answer, and never more than
// the memory of an isolate holds. Small ones many at once, large ones two, each with parts of its own.

/** Workers allow six connections that wait for headers; others wait their turn. */
const smallAtOnce = 8;
const largeAtOnce = 2;
/** What packing holds of one: up to its size, and 8 MiB at most. An isolate has 128. */
const largeBytes = 4 * 1024 * 1024;

/** Moves each once, the small ones first. `move` does not throw, or what it throws ends all. */
export async function forEachMove<One extends { readonly sizeBytes: number }>(
  all: readonly One[],
  move: (one: One) => Promise<void>,
): Promise<void> {
  const isLarge = ({ sizeBytes }: One) => sizeBytes >= largeBytes;
  await each(
    all.filter((one) => !isLarge(one)),
    smallAtOnce,
    move,
  );
  await each(all.filter(isLarge), largeAtOnce, move);
}

async function each<One>(
  all: readonly One[],
  atOnce: number,
  move: (one: One) => Promise<void>,
): Promise<void> {
  const waiting = [...all];
  const work = async () => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) await move(one);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}
