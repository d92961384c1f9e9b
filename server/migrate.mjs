// @ts-check
// Brings the local D1 up to date. Keeps the same book as `wrangler d1 migrations apply`, so that the
// two can be used in turn. Migrations only go forward, one atomic batch each.

/** @import { D1Database } from "@cloudflare/workers-types" */
/** @import { MigrationFile } from "./types.d.mts" */

/** Word for word the table wrangler makes. */
const bookTable = `CREATE TABLE IF NOT EXISTS d1_migrations(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT UNIQUE,
  applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
)`;

/**
 * Applies what is missing, in order.
 * @param {D1Database} database
 * @param {MigrationFile[]} migrations
 * @returns {Promise<string[]>} the names applied now
 * @throws {Error} naming the migration that failed; those before it stay applied
 */
export async function migrate(database, migrations) {
  const [, known] = await database.batch([
    database.prepare(bookTable),
    database.prepare("SELECT name FROM d1_migrations"),
  ]);
  const rows = /** @type {{ name: string }[]} */ (known?.results ?? []);
  const applied = new Set(rows.map((row) => row.name));
  const missing = migrations.filter((migration) => !applied.has(migration.name));
  for (const migration of missing) {
    await applyOne(database, migration);
  }
  return missing.map((migration) => migration.name);
}

/**
 * @param {D1Database} database
 * @param {MigrationFile} migration
 */
async function applyOne(database, { name, statements }) {
  const record = database.prepare("INSERT INTO d1_migrations (name) VALUES (?)").bind(name);
  try {
    await database.batch([...statements.map((sql) => database.prepare(sql)), record]);
  } catch (error) {
    throw new Error(`Migration ${name} failed`, { cause: error });
  }
}
