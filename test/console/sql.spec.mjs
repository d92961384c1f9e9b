// @ts-check
// Queries over an object's content, without a browser: how CSV, JSON and Parquet become tables, what the
// engine is asked and answers, and results as files.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { parquetWriteBuffer } from "hyparquet-writer";
import { parseRows } from "../../console/src/screens/object/preview/csv-rows.ts";
import { readCsv } from "../../console/src/screens/object/preview/sql/csv-table.ts";
import { duckdbStatements } from "../../console/src/screens/object/preview/sql/duckdb.ts";
import { Failure } from "../../console/src/screens/object/preview/sql/failure.ts";
import { hasRows, readJson } from "../../console/src/screens/object/preview/sql/json-table.ts";
import { openParquet } from "../../console/src/screens/object/preview/sql/parquet-table.ts";
import { runQuery } from "../../console/src/screens/object/preview/sql/run.ts";
import { toCsv, toJson } from "../../console/src/screens/object/preview/sql/values.ts";

/** @import { Table } from "../../console/src/screens/object/preview/sql/table.ts" */

/** Columns as `name type`. @param {Table} table */
const typesOf = ({ columns }) => columns.map(({ name, type }) => `${name} ${type}`);

/** The rows of a query. @param {Table} table @param {string} query */
const rowsOf = async (table, query) => (await runQuery(table, query)).rows;

/** The words and the marked text of a failure. @param {Table} table @param {string} query */
async function failureOf(table, query) {
  const failure = await runQuery(table, query).then(assert.fail, (error) => error);
  assert.ok(failure instanceof Failure, `${failure}`);
  const { reason, message, from, to } = failure.facts;
  return [reason === "query" ? message : reason, query.slice(from ?? 0, to ?? 0)];
}

describe("CSV as a table", () => {
  test("has numbers, truth and texts by all of a column's values, and NULL for empty cells", async () => {
    const table = readCsv(
      [
        "count;share;code;is;id;note;none",
        "1;-0.5e3;007;true;9007199254740993;a;",
        "2;;12;FALSE;1;1;",
        "",
        '3;4;0;;;"1;""x""\nb";',
      ].join("\r\n"),
    );
    assert.deepEqual(typesOf(table), [
      ...["count number", "share number", "code text", "is boolean", "id number"],
      ...["note text", "none text"],
    ]);
    assert.deepEqual(await rowsOf(table, "SELECT * FROM object"), [
      [1, -500, "007", true, 9007199254740993n, "a", null],
      [2, null, "12", false, 1n, "1", null],
      [3, 4, "0", null, null, '1;"x"\nb', null],
    ]);
    assert.deepEqual(await rowsOf(table, "SELECT sum(count), avg(share), max(id) FROM object"), [
      [6, -248, 9007199254740993n],
    ]);
  });

  test("names every column once: those without a name, taken ones, cells beyond the first row", async () => {
    const table = readCsv('a,,a,"x.y",__proto__,"q ""z"""\n1,2,3,4,5,6,7\n');
    const names = table.columns.map(({ name }) => name);
    assert.deepEqual(names, ["a", "column1", "a_1", "x.y", "__proto___1", 'q "z"', "column6"]);
    const query = `SELECT "x.y", object."q ""z""", a_1 + "x.y" AS "s.t", column6 FROM object
      WHERE "x.y" = 4 ORDER BY "x.y"`;
    assert.deepEqual(await runQuery(table, query), {
      columns: ["x.y", 'q "z"', "s.t", "column6"],
      rows: [[4, 6, 7, 7]],
      isCut: false,
    });
    assert.deepEqual(await rowsOf(table, "SELECT * FROM object"), [[1, 2, 3, 4, 5, 6, 7]]);
  });

  test("is read back from a result's file, whatever is in the cells", () => {
    const cell = fc.string({ unit: fc.constantFrom(..."a,;\"\n'= é".split(""), "\r\n") });
    // A row of one empty cell would be an empty line.
    const row = fc.tuple(cell, cell, fc.constant("end"));
    fc.assert(
      fc.property(fc.array(row), (rows) => {
        const columns = ["first", "second", "third"];
        const file = toCsv({ columns, rows, isCut: false });
        assert.deepEqual(parseRows(file, ","), [columns, ...rows]);
      }),
    );
  });
});

describe("JSON as a table", () => {
  test("is an array of objects, or an object on each line", async () => {
    const table = readJson('{"a":1,"b.c":{"d":[2]}}\n\n{"a":null,"e":true}\n{"a":3,"e":"x"}\n');
    assert.deepEqual(typesOf(table), ["a number", "b.c nested", "e mixed"]);
    assert.deepEqual(
      await rowsOf(table, `SELECT a, JSON_VALUE("b.c", '$.d[0]') AS d, e FROM object WHERE a > 0`),
      [
        [1, 2, null],
        [3, null, "x"],
      ],
    );
    const array = readJson('[{"a":1},5]');
    assert.deepEqual(await rowsOf(array, "SELECT a, value FROM object"), [
      [1, null],
      [null, 5],
    ]);
    const result = await runQuery(table, 'SELECT "b.c", a FROM object LIMIT 2');
    assert.deepEqual(JSON.parse(toJson(result)), [
      { "b.c": { d: [2] }, a: 1 },
      { "b.c": null, a: null },
    ]);
    assert.equal(toCsv(result), 'b.c,a\r\n"{""d"":[2]}",1\r\n,\r\n');
  });

  test("is told from other JSON by its beginning, and broken lines by their number", () => {
    const rows = [' [\n {"a":1},', '{"a":1}\n{"b', '{"a":{"b":"}"}}\r\n {"a"'];
    const others = ['{"a":1}', '{\n "a": {\n', "[1,2]", "", '{"a":\n{"b":1}}'];
    assert.deepEqual([...rows, ...others].map(hasRows), [
      true,
      true,
      true,
      ...others.map(() => false),
    ]);
    assert.throws(
      () => readJson('{"a":1}\n{"a":\n'),
      (error) => error instanceof Failure && error.facts.parameters?.["line"] === 2,
    );
  });
});

describe("a query", () => {
  const lines = Array.from({ length: 1500 }, (_, at) => `${at},c${at % 7}`);
  const table = readCsv(["id,city", ...lines].join("\n"));

  test("gives the same with a condition applied in pieces as without", async () => {
    const ids = (/** @type {string} */ rest) => rowsOf(table, `SELECT id FROM object ${rest}`);
    const third = lines.map((_, at) => [at]).filter(([at = 0]) => at % 3 === 0);
    assert.deepEqual(await ids("WHERE id % 3 = 0"), third);
    assert.deepEqual(await ids("WHERE id % 3 = 0 LIMIT 2 OFFSET 300"), [[900], [903]]);
    assert.deepEqual(await ids("LIMIT 2 OFFSET 1498"), [[1498], [1499]]);
    assert.deepEqual(await ids("LIMIT 2 OFFSET 9999"), []);
    const inner = "WHERE id IN (SELECT max(id) FROM object GROUP BY city) ORDER BY id DESC LIMIT 2";
    assert.deepEqual(await ids(inner), [[1499], [1498]]);
    const single = `SELECT (SELECT max(id) FROM object) - id FROM object
      WHERE EXISTS (SELECT id FROM object) AND id > (SELECT avg(id) FROM object) LIMIT 1`;
    assert.deepEqual(await runQuery(table, single), {
      columns: ["expr_-_id"],
      rows: [[749]],
      isCut: false,
    });
    const around = `SELECT id, (SELECT min(o.id) FROM object AS o WHERE o.city = object.city) AS least
      FROM object LIMIT 2 OFFSET 8`;
    assert.deepEqual(await rowsOf(table, around), [
      [8, 1],
      [9, 2],
    ]);
    assert.deepEqual(
      await rowsOf(
        table,
        `WITH few AS (SELECT * FROM object WHERE id < 700)
         SELECT city, count(*) AS n FROM few GROUP BY city HAVING count(*) > 0 ORDER BY city LIMIT 2`,
      ),
      [
        ["c0", 100],
        ["c1", 100],
      ],
    );
  });

  test("says what is wrong, and where", async () => {
    assert.deepEqual(await failureOf(table, "SELEC id"), [
      'Expected SELECT but found "SELEC" at position 0',
      "SELEC",
    ]);
    assert.deepEqual(await failureOf(table, "SELECT id, town FROM object"), [
      'Column "town" not found. Available columns: id, city',
      "town",
    ]);
    const [unknown, mark] = await failureOf(table, "SELECT id FROM objects");
    assert.match(unknown ?? "", /^Table "objects" not found/);
    assert.equal(mark, "objects");
    // Rows of a piece have no number that says anything.
    const [within, call] = await failureOf(
      table,
      "SELECT id FROM object WHERE LEFT(city, 'x') = 'c'",
    );
    assert.match(within ?? "", /must be a non-negative integer, got x\. [^(]*$/);
    assert.equal(call, "LEFT(city, 'x')");
    // The engine would give the value of the last for both.
    assert.deepEqual(await failureOf(table, "SELECT id AS x, city AS x FROM object"), [
      "sameName",
      "",
    ]);
  });
});

describe("Parquet as a table", () => {
  test("is read by row groups, of each only the columns that are named", async () => {
    const count = 4000;
    const numbers = Array.from({ length: count }, (_, at) => at);
    const bytes = parquetWriteBuffer({
      columnData: [
        { name: "key", type: "STRING", data: numbers.map((at) => `k${at * 7919}`) },
        { name: "size", type: "INT64", data: numbers.map((at) => BigInt(at)) },
        { name: "at.utc", type: "TIMESTAMP", data: numbers.map((at) => new Date(at * 86_400_000)) },
      ],
      rowGroupSize: 1000,
    });
    let read = 0;
    const file = {
      byteLength: bytes.byteLength,
      slice: async (/** @type {number} */ start, /** @type {number} */ end = bytes.byteLength) => {
        read += end - start;
        return bytes.slice(start, end);
      },
    };
    const parquet = await openParquet(file);
    assert.deepEqual(typesOf(parquet), ["key text", "size number", "at.utc time"]);
    const ask = async (/** @type {string} */ query) => {
      read = 0;
      return { rows: await rowsOf(parquet, query), share: read / bytes.byteLength };
    };
    assert.deepEqual(await ask("SELECT count(*) FROM object"), { rows: [[count]], share: 0 });
    const sum = await ask("SELECT sum(size) FROM object");
    assert.deepEqual(sum.rows, [[(count * (count - 1)) / 2]]);
    assert.ok(sum.share < 0.5, `${sum.share}`);
    const first = await ask('SELECT key, "at.utc" FROM object LIMIT 1');
    assert.deepEqual(first.rows, [["k0", "1970-01-01T00:00:00.000Z"]]);
    assert.ok(first.share < 0.25, `${first.share}`);
    const late = `SELECT size FROM object WHERE "at.utc" >= '1980-12-12' ORDER BY size`;
    assert.deepEqual((await ask(late)).rows[0], [3998]);
  });
});

test("the same for DuckDB is a view over the object, unless its key would be a pattern", () => {
  const place = { endpoint: "http://s3.test:9000", region: "auto", bucket: "b" };
  const wish = { ...place, format: /** @type {const} */ ("csv"), query: "SELECT 1 FROM object; " };
  const code = duckdbStatements({ ...wish, key: "a/it's.csv" }) ?? "";
  assert.match(code, /ENDPOINT 's3\.test:9000', URL_STYLE 'path', USE_SSL false/);
  assert.ok(code.endsWith(`AS FROM read_csv('s3://b/a/it''s.csv');\nSELECT 1 FROM object;`), code);
  assert.equal(duckdbStatements({ ...wish, key: "a*.csv" }), undefined);
});
