// What the files of server/ hand to each other. Types only; nothing here exists at run time.

/** One migration file, cut into statements that D1 takes one by one. */
export interface MigrationFile {
  name: string;
  statements: string[];
}

/** What wrangler.toml and migrations/ say, in the words the local server needs. */
export interface Description {
  compatibilityDate: string;
  compatibilityFlags: string[];
  vars: Record<string, string>;
  databases: { binding: string; migrations: MigrationFile[] }[];
  stores: string[];
  /** Other Workers this one calls; of them, the local server has the console alone. */
  services: { binding: string; service: string }[];
  objects: { binding: string; className: string; sqlite: boolean }[];
  crons: string[];
}

export type ModuleType = "esm" | "wasm" | "text" | "data";

/** The built Worker: its modules, and the description it was built with. */
export interface Bundle {
  /** SHA-256 over every source that shaped it. */
  sourceHash: string;
  directory: string;
  mainModule: string;
  modules: { name: string; type: ModuleType; sizeBytes: number }[];
  description: Description;
}

/** The built console. */
export interface ConsoleBundle {
  /** The folder its Worker serves files from. */
  assetsDirectory: string;
  /** The source of its Worker: one module without imports. */
  worker: string;
}

/** What the console of a server on this machine gives for the code of a link, once. */
export interface HandOver {
  code: string;
  /** Milliseconds since the epoch. */
  untilMs: number;
  key: { accessKeyId: string; secretAccessKey: string };
}

/** The keys that live with the data. Exactly the content of `credentials.json`. */
export interface StoredCredentials {
  endpoint: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** 32 random bytes, base64. Whoever loses it loses every sealed secret in the data. */
  masterKey: string;
  region: string;
}
