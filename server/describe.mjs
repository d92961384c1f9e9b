// @ts-check
// Prints, as one line of JSON, what wrangler.toml and migrations/ say: the bindings, settings, crons
// and compatibility the local server gives the Worker. Run as a child of the build only, because
// loading wrangler costs more than a second and 100 MB that the running server should not carry.
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { unstable_readConfig, unstable_splitSqlQuery } from "wrangler";

/** @import { Description, MigrationFile } from "./types.d.mts" */

/**
 * The migrations of a folder in the order of their names, each cut into its statements.
 * @param {string} directory
 * @returns {MigrationFile[]}
 */
function readMigrations(directory) {
  const names = readdirSync(directory).filter((name) => name.endsWith(".sql"));
  return names.sort().map((name) => ({
    name,
    statements: unstable_splitSqlQuery(readFileSync(join(directory, name), "utf8")),
  }));
}

/**
 * The part of wrangler's configuration that is used here; its own type does not resolve outside it.
 * @typedef {object} Configuration
 * @property {string} [compatibility_date]
 * @property {string[]} compatibility_flags
 * @property {Record<string, unknown>} vars
 * @property {{ binding: string, migrations_dir?: string }[]} d1_databases
 * @property {{ binding: string }[]} r2_buckets
 * @property {{ binding: string, service: string }[]} [services]
 * @property {{ bindings: { name: string, class_name: string }[] }} durable_objects
 * @property {{ new_sqlite_classes?: string[] }[]} migrations
 * @property {{ crons?: string[] }} triggers
 */

/**
 * @param {string} projectDirectory
 * @returns {Description}
 */
function describe(projectDirectory) {
  /** @type {Configuration} */
  const config = unstable_readConfig({ config: join(projectDirectory, "wrangler.toml") });
  const sqlite = config.migrations.flatMap((step) => step.new_sqlite_classes ?? []);
  return {
    compatibilityDate: config.compatibility_date ?? "",
    compatibilityFlags: config.compatibility_flags,
    vars: Object.fromEntries(
      Object.entries(config.vars).map(([name, value]) => [name, String(value)]),
    ),
    databases: config.d1_databases.map((database) => ({
      binding: database.binding,
      migrations: readMigrations(
        resolve(projectDirectory, database.migrations_dir ?? "migrations"),
      ),
    })),
    stores: config.r2_buckets.map((store) => store.binding),
    services: (config.services ?? []).map(({ binding, service }) => ({ binding, service })),
    objects: config.durable_objects.bindings.map((object) => ({
      binding: object.name,
      className: object.class_name,
      sqlite: sqlite.includes(object.class_name),
    })),
    crons: config.triggers.crons ?? [],
  };
}

process.stdout.write(`${JSON.stringify(describe(process.argv[2] ?? process.cwd()))}\n`);
