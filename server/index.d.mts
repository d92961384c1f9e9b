// The public face of the package: `import { startCairn } from "cairn"`.

export interface CairnOptions {
  /** The port to listen on. 0, the default, takes any free one: see `endpoint`. */
  port?: number;
  /** The address to listen on. Loopback unless said otherwise. */
  host?: string;
  /** The folder to keep data and keys in; made when missing. Without it the data is thrown away. */
  dataDir?: string;
  /** Throw the data away at the end, even when `dataDir` is given. */
  memory?: boolean;
  /** The root key. Made at random, and kept with the data, unless both halves are given. */
  accessKeyId?: string;
  secretAccessKey?: string;
  /** Deployment settings by name, over those of `wrangler.toml`: `{ BASE_DOMAIN: "s3.test" }`. */
  vars?: Record<string, string>;
  /** Keep the Worker's log to yourself; it goes to standard error otherwise. */
  quiet?: boolean;
  /** Receives each line the Worker logs, instead of standard error. */
  onLog?: (level: string, message: string) => void;
  /** Called before the Worker is built, which the first start has to do. */
  onBuild?: () => void;
}

export interface CairnServer {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** The console. On this machine alone it signs in by itself: once, within an hour. */
  readonly signInUrl: string;
  /** Finishes the requests in flight (ten seconds at most), then ends everything it started. */
  stop(): Promise<void>;
}

/** What the caller can put right: a taken port, a folder in use, half a key. */
export declare class StartError extends Error {}

/** Starts a Cairn server. It is ready to answer when the promise resolves. Node 22 or later. */
export declare function startCairn(options?: CairnOptions): Promise<CairnServer>;
