// Every SQL statement of the index, by name, and the one way to run them. Methods elsewhere hold no
// SQL text, and no statement is put together from strings at run time. Writes that move a version
// between tables do it inside SQLite, so that no column can be lost on the way.

import { emptying, partColumns, workStatements } from "./work-statements.ts";

/** The columns of a version behind its key and place; one order for every table. */
const columns = `version_id, modified_at, size, etag, class,
  content, checksum, owner, written_as, detail`;
/** A version as `VersionRow` reads it. */
const fromCurrent = `SELECT key, seq, NULL AS ended, 0 AS is_marker, ${columns} FROM current`;
const fromHistory = `SELECT key, seq, ended, is_marker, ${columns} FROM history`;
/** As listings show it: without headers, metadata and the like. */
const briefColumns = columns.replace("written_as, detail", "NULL AS written_as, NULL AS detail");
const briefCurrent = `SELECT key, seq, NULL AS ended, 0 AS is_marker, ${briefColumns} FROM current`;
const briefHistory = `SELECT key, seq, ended, is_marker, ${briefColumns} FROM history`;
const listed = "key, modified_at, size, etag, class, checksum, owner";
const intoCondemned = `INSERT INTO condemned (
  condemned_hour, held, seq, condemned_at, reason, key, made, is_marker, ${columns})`;

export { emptying };

export const statements = {
  ...workStatements,

  readMeta: "SELECT name, value FROM meta",
  writeMeta: "INSERT INTO meta VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2",
  partitionOf: `SELECT name, from_key, (SELECT min(from_key) FROM partitions WHERE from_key > ?1)
    FROM partitions WHERE from_key <= ?1 ORDER BY from_key DESC LIMIT 1`,

  anyCurrent: "SELECT 1 FROM current LIMIT 1",
  anyHistory: "SELECT 1 FROM history LIMIT 1",
  anyUpload: "SELECT 1 FROM uploads LIMIT 1",
  anyCondemned: "SELECT 1 FROM condemned LIMIT 1",

  currentOf: `${fromCurrent} WHERE key = ?1`,
  putCurrent: `INSERT INTO current (key, seq, ${columns})
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
    ON CONFLICT (key) DO UPDATE SET seq = ?2, version_id = ?3, modified_at = ?4, size = ?5,
      etag = ?6, class = ?7, content = ?8, checksum = ?9, owner = ?10, written_as = ?11,
      detail = ?12`,
  setCurrentDetail: "UPDATE current SET detail = ?2 WHERE key = ?1",
  setCurrentContent: "UPDATE current SET content = ?2 WHERE key = ?1",
  dropCurrent: "DELETE FROM current WHERE key = ?1",
  archiveCurrent: `INSERT INTO history (key, seq, ended, is_marker, ${columns})
    SELECT key, seq, ?2, 0, ${columns} FROM current WHERE key = ?1`,
  condemnCurrent: `${intoCondemned}
    SELECT ?2, content, ?3, ?4, 'version', key, seq, 0, ${columns} FROM current WHERE key = ?1`,

  historyNewest: `${fromHistory} WHERE key = ?1 ORDER BY seq DESC LIMIT 1`,
  historyById: `${fromHistory} WHERE key = ?1 AND version_id = ?2`,
  historyNull: `${fromHistory} WHERE key = ?1 AND version_id IS NULL`,
  historyAt: `${fromHistory} WHERE key = ?1 AND seq = ?2`,
  endHistory: "UPDATE history SET ended = ?3 WHERE key = ?1 AND seq = ?2",
  setHistoryDetail: "UPDATE history SET detail = ?3 WHERE key = ?1 AND seq = ?2",
  setHistoryContent: "UPDATE history SET content = ?3 WHERE key = ?1 AND seq = ?2",
  dropHistory: "DELETE FROM history WHERE key = ?1 AND seq = ?2",
  promoteHistory: `INSERT INTO current (key, seq, ${columns})
    SELECT key, seq, ${columns} FROM history WHERE key = ?1 AND seq = ?2`,
  condemnHistory: `${intoCondemned}
    SELECT ?3, coalesce(content, ''), ?4, ?5, 'version', key, seq, is_marker, ${columns}
    FROM history WHERE key = ?1 AND seq = ?2`,
  putMarker: `INSERT INTO history (
      key, seq, ended, is_marker, version_id, modified_at, size, etag, owner, detail)
    VALUES (?1, ?2, NULL, 1, ?3, ?4, 0, '', ?5, ?6)`,

  listCurrent: `SELECT ${listed} FROM current WHERE key >= ?1 AND key < ?2 ORDER BY key LIMIT ?3`,
  /**
   * The first key, then the first behind its common prefix, and so on; ends behind a key without
   * one. The end of a common prefix is its text with the delimiter's successor (?5) for the
   * delimiter (?4).
   */
  skimCurrent: `WITH RECURSIVE walk (key) AS (
      SELECT (SELECT key FROM current WHERE key >= ?1 AND key < ?2 ORDER BY key LIMIT 1)
      UNION ALL
      SELECT (SELECT current.key FROM current
        WHERE current.key >= substr(walk.key, 1, ?3 + instr(substr(walk.key, ?3), ?4) - 2) || ?5
          AND current.key < ?2
        ORDER BY current.key LIMIT 1)
      FROM walk WHERE instr(substr(walk.key, ?3), ?4) > 0)
    SELECT key FROM walk WHERE key IS NOT NULL LIMIT ?6`,
  listVersions: `${briefCurrent} WHERE key >= ?1 AND key < ?2
    UNION ALL ${briefHistory} WHERE key >= ?1 AND key < ?2
    ORDER BY key, seq DESC LIMIT ?3`,
  listOnlyVersions: `${briefCurrent} WHERE key >= ?1 AND key < ?2 ORDER BY key LIMIT ?3`,
  olderVersions: `${briefHistory} WHERE key = ?1 AND seq < ?2 ORDER BY seq DESC LIMIT ?3`,

  findCondemned: `SELECT reason, version_id, written_as, modified_at, etag, content
    FROM condemned WHERE condemned_hour = ?1 AND held = ?2`,
  putCondemned: `INSERT INTO condemned (
      condemned_hour, held, seq, condemned_at, reason, key, made, is_marker,
      modified_at, size, etag)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?3, 0, ?4, 0, '')`,
  dueCondemned: `SELECT condemned_hour, held, seq, reason FROM condemned
    WHERE (condemned_hour, held, seq) > (?1, ?2, ?3) AND condemned_hour <= ?4 AND condemned_at <= ?5
    ORDER BY condemned_hour, held, seq LIMIT ?6`,
  condemnedAt: `SELECT reason FROM condemned
    WHERE condemned_hour = ?1 AND held = ?2 AND seq = ?3`,
  dropCondemned: "DELETE FROM condemned WHERE condemned_hour = ?1 AND held = ?2 AND seq = ?3",
  buryCondemned: `UPDATE condemned SET reason = 'gone'
    WHERE condemned_hour = ?1 AND held = ?2 AND seq = ?3`,
  oldestCondemned: "SELECT condemned_at FROM condemned ORDER BY condemned_hour LIMIT 1",
  /** Each hour that has rows, by a seek per hour. */
  condemnedHours: `WITH RECURSIVE hours (hour) AS (
      SELECT min(condemned_hour) FROM condemned
      UNION ALL
      SELECT (SELECT min(condemned_hour) FROM condemned WHERE condemned_hour > hour)
      FROM hours WHERE hour IS NOT NULL)
    SELECT hour FROM hours WHERE hour IS NOT NULL`,

  refsOf: "SELECT refs FROM content_refs WHERE content = ?1",
  addRef: `INSERT INTO content_refs VALUES (?1, 2)
    ON CONFLICT (content) DO UPDATE SET refs = refs + 1`,
  dropRef: "UPDATE content_refs SET refs = refs - 1 WHERE content = ?1",
  forgetRefs: "DELETE FROM content_refs WHERE content = ?1",

  uploadOf: `SELECT key, upload_id, initiated_at, facts FROM uploads
    WHERE key = ?1 AND upload_id = ?2`,
  putUpload: "INSERT INTO uploads VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
  dropUpload: "DELETE FROM uploads WHERE key = ?1 AND upload_id = ?2",
  listUploads: `SELECT key, upload_id, initiated_at, facts FROM uploads
    WHERE (key, upload_id) > (?1, ?2) AND key < ?3 ORDER BY key, upload_id LIMIT ?4`,

  partOf: `SELECT ${partColumns} FROM parts WHERE content = ?1 AND number = ?2`,
  putPart: `INSERT INTO parts (content, ${partColumns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
    ON CONFLICT (content, number) DO UPDATE SET size = ?3, etag = ?4, checksum = ?5,
      modified_at = ?6, segments = ?7`,
  setSegments: "UPDATE parts SET segments = ?3 WHERE content = ?1 AND number = ?2",
  dropPart: "DELETE FROM parts WHERE content = ?1 AND number = ?2",
  partsAfter: `SELECT ${partColumns} FROM parts WHERE content = ?1 AND number > ?2
    ORDER BY number LIMIT ?3`,
  partsBetween: `SELECT number, size, segments FROM parts
    WHERE content = ?1 AND number BETWEEN ?2 AND ?3 ORDER BY number`,

  manifestOf: "SELECT key, layout, result FROM manifests WHERE content = ?1",
  putManifest: "INSERT INTO manifests VALUES (?1, ?2, ?3, ?4)",
  dropManifest: "DELETE FROM manifests WHERE content = ?1",

  setLayout: "UPDATE manifests SET layout = ?2 WHERE content = ?1",
  lastPart: `SELECT ${partColumns} FROM parts WHERE content = ?1 ORDER BY number DESC LIMIT 1`,
  copyParts: `INSERT INTO parts (content, ${partColumns})
    SELECT ?2, ${partColumns} FROM parts WHERE content = ?1`,
  countOne: "INSERT INTO content_refs VALUES (?1, 1) ON CONFLICT DO NOTHING",
  growCurrent: `UPDATE current SET seq = ?2, modified_at = ?3, size = ?4, etag = ?5, content = ?6,
    checksum = ?7, detail = ?8 WHERE key = ?1`,

  anyAnnotation: "SELECT 1 FROM annotations LIMIT 1",
  annotationOf: "SELECT 1 FROM annotations WHERE key = ?1 AND seq = ?2 AND name = ?3",
  annotationWithText: `SELECT name, modified_at, size, etag, checksum, value FROM annotations
    WHERE key = ?1 AND seq = ?2 AND name = ?3`,
  anyAnnotationOf: "SELECT 1 FROM annotations WHERE key = ?1 AND seq = ?2 LIMIT 1",
  countAnnotations: "SELECT count(*) FROM annotations WHERE key = ?1 AND seq = ?2",
  putAnnotation: `INSERT INTO annotations VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
    ON CONFLICT (key, seq, name) DO UPDATE SET modified_at = ?4, size = ?5, etag = ?6,
      checksum = ?7, value = ?8`,
  dropAnnotation: "DELETE FROM annotations WHERE key = ?1 AND seq = ?2 AND name = ?3",
  dropAnnotations: "DELETE FROM annotations WHERE key = ?1 AND seq = ?2",
  listAnnotations: `SELECT name, modified_at, size, etag, checksum FROM annotations
    WHERE key = ?1 AND seq = ?2 AND name >= ?3 AND name < ?4 AND name > ?5 ORDER BY name LIMIT ?6`,
  copyAnnotations: `INSERT INTO annotations
    SELECT ?3, ?4, name, modified_at, size, etag, checksum, value FROM annotations
    WHERE key = ?1 AND seq = ?2`,
  reseatAnnotations: "UPDATE annotations SET seq = ?3 WHERE key = ?1 AND seq = ?2",

  renameTokenOf: "SELECT request FROM rename_tokens WHERE hour = ?1 AND token = ?2",
  putRenameToken: "INSERT INTO rename_tokens VALUES (?1, ?2, ?3)",
  dropRenameTokens: "DELETE FROM rename_tokens WHERE hour < ?1",

  /** For upkeep: everything, in order, behind a place. */
  scanCurrent: `${fromCurrent} WHERE key > ?1 ORDER BY key LIMIT ?2`,
  scanHistory: `${fromHistory} WHERE key > ?1 ORDER BY key, seq DESC LIMIT ?2`,
  scanOlder: `${fromHistory} WHERE key = ?1 AND seq < ?2 ORDER BY seq DESC`,
  scanParts: `SELECT content, ${partColumns} FROM parts WHERE (content, number) > (?1, ?2)
    ORDER BY content, number LIMIT ?3`,
  scanUploads: `SELECT key, upload_id, initiated_at,
      (SELECT count(*) FROM parts WHERE content = upload_id),
      (SELECT coalesce(sum(size), 0) FROM parts WHERE content = upload_id)
    FROM uploads WHERE (key, upload_id) > (?1, ?2) ORDER BY key, upload_id LIMIT ?3`,
  uploadUsage: `SELECT key, upload_id, facts ->> '$.storageClass',
      (SELECT coalesce(sum(size), 0) FROM parts WHERE content = upload_id)
    FROM uploads WHERE (key, upload_id) > (?1, ?2) ORDER BY key, upload_id LIMIT ?3`,
  condemnedUsage: `SELECT count(*), coalesce(sum(size), 0)
    FROM (SELECT size FROM condemned LIMIT ?1)`,
  manifestsAmong:
    "SELECT content FROM manifests WHERE content IN (SELECT value FROM json_each(?1))",
  uploadsAmong:
    "SELECT upload_id FROM uploads WHERE upload_id IN (SELECT value FROM json_each(?1))",
  unfinishedAmong: `SELECT content FROM unfinished_moves
    WHERE content IN (SELECT value FROM json_each(?1))`,
  condemnedAmong: `SELECT held FROM condemned
    WHERE reason <> 'gone' AND held IN (SELECT value FROM json_each(?1))`,
  countRows: `SELECT (SELECT count(*) FROM current) + (SELECT count(*) FROM history)
    + (SELECT count(*) FROM parts) + (SELECT count(*) FROM condemned)`,
  /**
   * Each content of a share (?1 of ?2, by the random end of its id) whose holders are several, or
   * none; and each set of parts with whether anything holds it. Every row names a blob once.
   */
  recount: `WITH
    holders (content) AS (
      SELECT content FROM current
      UNION ALL SELECT content FROM history WHERE content IS NOT NULL
      UNION ALL SELECT held FROM (
        SELECT held FROM condemned WHERE held <> '' AND reason <> 'gone'
        UNION ALL SELECT content FROM restores WHERE content IS NOT NULL)
      UNION ALL SELECT segments FROM parts WHERE substr(segments, 1, 1) <> '['
      UNION ALL SELECT blob FROM (SELECT DISTINCT content, number,
        json_extract(segment.value, '$[0]') AS blob
        FROM parts, json_each(segments) AS segment WHERE substr(segments, 1, 1) = '[')),
    counted (content, holders) AS (
      SELECT content, count(*) FROM holders
      WHERE (unicode(substr(content, -1)) * 64 + unicode(substr(content, -2, 1))) % ?2 = ?1
      GROUP BY content),
    made (content) AS (
      SELECT content FROM manifests UNION SELECT content FROM parts)
    SELECT counted.content, holders, refs, 'count' FROM counted
      LEFT JOIN content_refs ON content_refs.content = counted.content
      WHERE holders > 1 OR refs > 1
    UNION ALL
    SELECT content, 0, refs, 'count' FROM content_refs
      WHERE (unicode(substr(content, -1)) * 64 + unicode(substr(content, -2, 1))) % ?2 = ?1
        AND content NOT IN (SELECT content FROM counted)
    UNION ALL
    SELECT content, 0, NULL, 'parts' FROM made
      WHERE (unicode(substr(content, -1)) * 64 + unicode(substr(content, -2, 1))) % ?2 = ?1
        AND content NOT IN (SELECT content FROM counted)
        AND content NOT IN (SELECT upload_id FROM uploads)
        AND content NOT IN (SELECT content FROM unfinished_moves)`,
  setRefs: `INSERT INTO content_refs VALUES (?1, ?2)
    ON CONFLICT (content) DO UPDATE SET refs = ?2`,

  maximumSeq: `SELECT max((SELECT coalesce(max(seq), 0) FROM current),
    (SELECT coalesce(max(seq), 0) FROM history), (SELECT coalesce(max(seq), 0) FROM condemned))`,
  putHistory: `INSERT INTO history (key, seq, ended, is_marker, ${columns})
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)`,
} as const;

type Statement = (typeof statements)[keyof typeof statements] | (typeof emptying)[number];

/** Runs statements, and counts the rows the platform bills for. */
export class Sql {
  rowsRead = 0;
  rowsWritten = 0;
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** All rows, each an array of its columns in the order of the statement. */
  rows<Row extends readonly SqlStorageValue[]>(
    statement: Statement,
    ...bindings: readonly SqlStorageValue[]
  ): Row[] {
    const cursor = this.#sql.exec(statement, ...bindings);
    const rows = [...cursor.raw()] as unknown as Row[];
    this.#count(cursor);
    return rows;
  }

  /** The first row, for statements that give at most one. */
  first<Row extends readonly SqlStorageValue[]>(
    statement: Statement,
    ...bindings: readonly SqlStorageValue[]
  ): Row | undefined {
    return this.rows<Row>(statement, ...bindings)[0];
  }

  /** For statements that only write. */
  run(statement: Statement, ...bindings: readonly SqlStorageValue[]): void {
    // `exec` ran it: without rows there is nothing to step through.
    this.#count(this.#sql.exec(statement, ...bindings));
  }

  #count({ rowsRead, rowsWritten }: { rowsRead: number; rowsWritten: number }): void {
    this.rowsRead += rowsRead;
    this.rowsWritten += rowsWritten;
  }
}
