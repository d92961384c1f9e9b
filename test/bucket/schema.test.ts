import { describe, expect, it } from "vitest";
import { migrate, migrations } from "../../src/bucket/schema.ts";
import { openIndex } from "./fixture.ts";

describe("migrations", () => {
  it("are applied once and compared at each start (D12)", async () => {
    const index = await openIndex();
    await index.put("k");
    await index.restart();
    expect((await index.found("k")).key).toBe("k");
    expect(await index.rows("SELECT id FROM migrations")).toEqual(
      migrations.map(({ id }) => ({ id })),
    );
  });

  it("refuse a changed, missing or repeated migration", async () => {
    const index = await openIndex();
    const attempt = (list: typeof migrations) =>
      index.inside((_, storage) => {
        try {
          migrate(storage, list);
          return "migrated";
        } catch (error) {
          return (error as Error).message;
        }
      });
    const [first] = migrations;
    if (first === undefined) throw new Error("no migrations");
    const others = migrations.slice(1);
    expect(await attempt([{ ...first, statements: ["CREATE TABLE other (a)"] }, ...others])).toBe(
      "migration 1 is not the one that was applied",
    );
    expect(await attempt([])).toBe("the database is newer than the code");
    expect(await attempt([first, first])).toBe("migration ids must count from 1");
    const next = { id: migrations.length + 1, statements: ["CREATE TABLE next_one (a)"] };
    expect(await attempt([...migrations, next])).toBe("migrated");
    expect(await index.rows("SELECT * FROM next_one")).toEqual([]);
  });
});
