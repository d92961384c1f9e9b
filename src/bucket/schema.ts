// The tables of an index, as an append-only list of migrations. A migration that landed is never
// edited: the list applied is kept in the database and compared at start-up, and an index whose
// list is not a prefix of the code's refuses to run.

interface Migration {
  readonly id: number;
  readonly statements: readonly string[];
}

/**
 * What a version is, wherever it stands. NULL is the common case: `version_id` of the null version,
 * `class` STANDARD, `content` of delete markers only, `checksum` (see `renderChecksum`) and `owner`
 * when there is none, `written_as` (the writer's id) but for copies onto a null version, `detail`
 * (JSON of the rest) when empty.
 */
const versionColumns = `
  version_id TEXT,
  modified_at INTEGER NOT NULL,
  size INTEGER NOT NULL,
  etag TEXT NOT NULL,
  class TEXT,
  content TEXT,
  checksum TEXT,
  owner TEXT,
  written_as TEXT,
  detail TEXT`;

export const migrations: readonly Migration[] = [
  {
    id: 1,
    statements: [
      "CREATE TABLE meta (name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) WITHOUT ROWID",
      // Exactly what ListObjects shows: the newest version of each key whose newest is an object.
      `CREATE TABLE current (
        key TEXT PRIMARY KEY NOT NULL, seq INTEGER NOT NULL, ${versionColumns}
      ) WITHOUT ROWID`,
      // Superseded versions and all delete markers. `ended` is NULL only for a newest marker.
      `CREATE TABLE history (
        key TEXT NOT NULL, seq INTEGER NOT NULL, ended INTEGER, is_marker INTEGER NOT NULL,
        ${versionColumns}, PRIMARY KEY (key, seq DESC)
      ) WITHOUT ROWID`,
      `CREATE UNIQUE INDEX history_by_id ON history (key, version_id)
        WHERE version_id IS NOT NULL`,
      "CREATE UNIQUE INDEX history_null ON history (key) WHERE version_id IS NULL",
      // Rows that left the tables above; each still holds its reference until its grace is over.
      `CREATE TABLE condemned (
        condemned_hour INTEGER NOT NULL, held TEXT NOT NULL, seq INTEGER NOT NULL,
        condemned_at INTEGER NOT NULL, reason TEXT NOT NULL, key TEXT NOT NULL,
        made INTEGER NOT NULL, is_marker INTEGER NOT NULL,
        ${versionColumns}, PRIMARY KEY (condemned_hour, held, seq)
      ) WITHOUT ROWID`,
      // How many rows hold a content or blob that was ever shared; absent means exactly one.
      `CREATE TABLE content_refs (
        content TEXT PRIMARY KEY NOT NULL, refs INTEGER NOT NULL
      ) WITHOUT ROWID`,
      `CREATE TABLE uploads (
        key TEXT NOT NULL, upload_id TEXT NOT NULL, initiated_at INTEGER NOT NULL,
        facts TEXT NOT NULL, PRIMARY KEY (key, upload_id)
      ) WITHOUT ROWID`,
      `CREATE TABLE parts (
        content TEXT NOT NULL, number INTEGER NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL,
        checksum TEXT, modified_at INTEGER NOT NULL, segments TEXT NOT NULL,
        PRIMARY KEY (content, number)
      ) WITHOUT ROWID`,
      // A completed upload: which parts make it up, and the answer for those who ask again.
      `CREATE TABLE manifests (
        content TEXT PRIMARY KEY NOT NULL, key TEXT NOT NULL, layout TEXT NOT NULL,
        result TEXT NOT NULL
      ) WITHOUT ROWID`,
      `CREATE TABLE outbox (
        seq INTEGER PRIMARY KEY NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL
      )`,
      `CREATE TABLE partitions (
        from_key TEXT PRIMARY KEY NOT NULL, name TEXT NOT NULL
      ) WITHOUT ROWID`,
    ],
  },
  {
    id: 2,
    statements: [
      // What each renaming was asked with, filed by hour, so that asking again changes nothing.
      `CREATE TABLE rename_tokens (
        hour INTEGER NOT NULL, token TEXT NOT NULL, request TEXT NOT NULL,
        PRIMARY KEY (hour, token)
      ) WITHOUT ROWID`,
      // Held by the version (key, seq), whichever table it stands in. Rows are too large for the
      // inner pages of a table without row ids.
      `CREATE TABLE annotations (
        key TEXT NOT NULL, seq INTEGER NOT NULL, name TEXT NOT NULL, modified_at INTEGER NOT NULL,
        size INTEGER NOT NULL, etag TEXT NOT NULL, checksum TEXT NOT NULL, value BLOB NOT NULL,
        PRIMARY KEY (key, seq, name)
      )`,
    ],
  },
  {
    id: 3,
    statements: [
      // Changes to be told, a row for each target. Nothing wrote the table's first form.
      "DROP TABLE outbox",
      `CREATE TABLE outbox (
        target TEXT NOT NULL, seq INTEGER NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL,
        PRIMARY KEY (target, seq)
      ) WITHOUT ROWID`,
      // Keys that wait after a failed delivery, and targets that do.
      `CREATE TABLE outbox_waits (
        target TEXT NOT NULL, key TEXT NOT NULL, seq INTEGER NOT NULL, retry_at INTEGER NOT NULL,
        failures INTEGER NOT NULL, error TEXT NOT NULL, failed_at INTEGER NOT NULL,
        PRIMARY KEY (target, key)
      ) WITHOUT ROWID`,
      `CREATE TABLE outbox_stops (
        target TEXT PRIMARY KEY NOT NULL, failures INTEGER NOT NULL, retry_at INTEGER NOT NULL,
        error TEXT NOT NULL, failed_at INTEGER NOT NULL
      ) WITHOUT ROWID`,
    ],
  },
  {
    id: 4,
    statements: [
      // Which mover is copying which version, if that takes long; a row lives as long as the copying.
      `CREATE TABLE moves (
        key TEXT NOT NULL, seq INTEGER NOT NULL, fence TEXT NOT NULL, until INTEGER NOT NULL,
        PRIMARY KEY (key, seq)
      ) WITHOUT ROWID`,
    ],
  },
  {
    id: 5,
    statements: [
      // When a version of INTELLIGENT_TIERING was used last, to the day; no row: when it was written.
      `CREATE TABLE accesses (
        key TEXT NOT NULL, seq INTEGER NOT NULL, accessed_at INTEGER NOT NULL,
        PRIMARY KEY (key, seq)
      ) WITHOUT ROWID`,
    ],
  },
  {
    id: 6,
    statements: [
      // Archived versions that are being restored, until `due_at`; or were, and are kept until then.
      `CREATE TABLE restores (
        key TEXT NOT NULL, seq INTEGER NOT NULL, is_done INTEGER NOT NULL, tier TEXT NOT NULL,
        days INTEGER, due_at INTEGER NOT NULL, content TEXT, PRIMARY KEY (key, seq)
      ) WITHOUT ROWID`,
      "CREATE INDEX restores_due ON restores (due_at)",
    ],
  },
  {
    id: 7,
    statements: [
      // Deliveries of replication that failed for good, as they stood in the outbox.
      `CREATE TABLE replication_failures (
        target TEXT NOT NULL, seq INTEGER NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL,
        reason TEXT NOT NULL, failed_at INTEGER NOT NULL, PRIMARY KEY (target, seq)
      ) WITHOUT ROWID`,
      `CREATE TABLE replication_counters (
        target TEXT NOT NULL, rule TEXT NOT NULL, completed INTEGER NOT NULL,
        completed_bytes INTEGER NOT NULL, failed INTEGER NOT NULL, latency_sum INTEGER NOT NULL,
        latency_max INTEGER NOT NULL, last_at INTEGER NOT NULL, PRIMARY KEY (target, rule)
      ) WITHOUT ROWID`,
    ],
  },
  {
    id: 8,
    statements: [
      // Ranges of keys, each with the moment when lifecycle must look at it again (`next_due`), and
      // when for what it saw there alone (`due`).
      `CREATE TABLE lifecycle_ranges (
        from_key TEXT PRIMARY KEY NOT NULL, next_due INTEGER NOT NULL, due INTEGER NOT NULL,
        visited_seq INTEGER NOT NULL, versions INTEGER NOT NULL
      ) WITHOUT ROWID`,
      "CREATE INDEX lifecycle_due ON lifecycle_ranges (next_due)",
      // What lifecycle did, by day.
      `CREATE TABLE lifecycle_tally (
        day INTEGER NOT NULL, rule TEXT NOT NULL, action TEXT NOT NULL, count INTEGER NOT NULL,
        bytes INTEGER NOT NULL, PRIMARY KEY (day, rule, action)
      ) WITHOUT ROWID`,
    ],
  },
  {
    id: 9,
    statements: [
      // What a mover has copied so far of a version made of parts: the parts of `content`, which is no
      // version's yet. `proved`: up to that part they were looked at once more.
      `CREATE TABLE unfinished_moves (
        key TEXT NOT NULL, seq INTEGER NOT NULL, destination TEXT NOT NULL, content TEXT NOT NULL,
        source TEXT NOT NULL, noted_at INTEGER NOT NULL, proved INTEGER NOT NULL,
        PRIMARY KEY (key, seq, destination)
      ) WITHOUT ROWID`,
      // The MD5 of each blob of a part as its store has it, joined by commas; of copies by movers.
      "ALTER TABLE parts ADD COLUMN stored_md5 TEXT",
    ],
  },
  {
    id: 10,
    statements: [
      // Uploads at destinations of replication that take more than one slice.
      `CREATE TABLE replication_uploads (
        target TEXT NOT NULL, seq INTEGER NOT NULL, upload_id TEXT NOT NULL, source TEXT NOT NULL,
        PRIMARY KEY (target, seq)
      ) WITHOUT ROWID`,
      `CREATE TABLE replication_parts (
        target TEXT NOT NULL, seq INTEGER NOT NULL, number INTEGER NOT NULL, etag TEXT NOT NULL,
        PRIMARY KEY (target, seq, number)
      ) WITHOUT ROWID`,
    ],
  },
  {
    id: 11,
    statements: [
      // What waits longest comes first; a row is written only where a delivery failed.
      "CREATE INDEX outbox_waits_due ON outbox_waits (target, retry_at)",
    ],
  },
];

/**
 * Brings the tables up to the code's version, in one transaction. Throws when ids repeat or when
 * the database was made by another list than this one.
 */
export function migrate(storage: DurableObjectStorage, list = migrations): void {
  const ids = list.map(({ id }) => id);
  if (ids.some((id, index) => id !== index + 1)) throw new Error("migration ids must count from 1");
  storage.transactionSync(() => {
    const { sql } = storage;
    sql.exec(
      "CREATE TABLE IF NOT EXISTS migrations (id INTEGER PRIMARY KEY, statements TEXT NOT NULL)",
    );
    const applied = [...sql.exec("SELECT id, statements FROM migrations ORDER BY id").raw()];
    if (applied.length > list.length) throw new Error("the database is newer than the code");
    for (const [index, migration] of list.entries()) {
      const text = migration.statements.join(";\n").replaceAll(/\s+/g, " ");
      const done = applied[index];
      if (done !== undefined) {
        if (done[0] !== migration.id || done[1] !== text) {
          throw new Error(`migration ${migration.id} is not the one that was applied`);
        }
        continue;
      }
      for (const statement of migration.statements) sql.exec(statement);
      sql.exec("INSERT INTO migrations VALUES (?, ?)", migration.id, text);
    }
  });
}
