// @ts-check
// `npm start`: the server of server/index.mjs as a command. Runs on a fresh clone; says where it
// listens and how to talk to it; ends on SIGINT and SIGTERM after finishing what it has begun.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { ensureInstalled, ensureNode } from "./toolchain.mjs";

/** @import { CairnOptions, CairnServer } from "../server/index.d.mts" */

const help = `Usage: npm start -- [options]

  --port NUMBER       port to listen on (9000; 0 takes any free one)
  --host ADDRESS      address to listen on (127.0.0.1)
  --data DIR          where data and keys are kept (./.cairn)
  --memory            throw the data away at the end
  --access-key ID     the root key; made at random at the first start otherwise,
  --secret-key KEY    and kept with the data
  --var NAME=VALUE    any deployment setting, repeatable: --var REGION=eu-west-1
  --quiet             print nothing but errors
  --help              this page
`;

/** Says what is wrong with the command line and ends. @param {string} message @returns {never} */
function refuse(message) {
  process.stderr.write(`${message}\n\n${help}`);
  process.exit(2);
}

/**
 * @param {string[]} parameters
 * @returns {CairnOptions & { port: number, quiet: boolean }}
 */
function parseOptions(parameters) {
  /** @type {Record<string, string | boolean | string[] | undefined>} */
  let values = {};
  try {
    ({ values } = parseArgs({
      args: parameters,
      options: {
        port: { type: "string", default: "9000" },
        host: { type: "string", default: "127.0.0.1" },
        data: { type: "string", default: ".cairn" },
        memory: { type: "boolean", default: false },
        "access-key": { type: "string" },
        "secret-key": { type: "string" },
        var: { type: "string", multiple: true, default: [] },
        quiet: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }));
  } catch (error) {
    refuse(/** @type {Error} */ (error).message);
  }
  if (values["help"]) {
    process.stdout.write(help);
    process.exit(0);
  }
  const text = /** @type {Record<string, string>} */ (values);
  return {
    port: parsePort(text["port"] ?? ""),
    host: text["host"] ?? "",
    dataDir: text["data"] ?? "",
    memory: Boolean(values["memory"]),
    vars: parseVars(/** @type {string[]} */ (values["var"])),
    quiet: Boolean(values["quiet"]),
    ...(text["access-key"] === undefined ? {} : { accessKeyId: text["access-key"] }),
    ...(text["secret-key"] === undefined ? {} : { secretAccessKey: text["secret-key"] }),
  };
}

/** @param {string} text */
function parsePort(text) {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) {
    refuse(`--port takes a number from 0 to 65535, not "${text}".`);
  }
  return port;
}

/** @param {string[]} assignments */
function parseVars(assignments) {
  return Object.fromEntries(
    assignments.map((assignment) => {
      const match = /^([A-Z][A-Z0-9_]*)=(.*)$/s.exec(assignment);
      if (match === null) {
        refuse(`--var takes NAME=VALUE with NAME in capitals, not "${assignment}".`);
      }
      return [match[1], match[2]];
    }),
  );
}

/**
 * What a newcomer needs, ready to paste.
 * @param {CairnServer} server
 * @param {CairnOptions} options
 */
function introduction({ endpoint, region, credentials, signInUrl }, options) {
  const { accessKeyId, secretAccessKey } = credentials;
  const keeping = options.memory ? "thrown away at the end" : `kept in ${options.dataDir}`;
  const isLink = signInUrl.includes("#");
  return `
Cairn serves S3 on ${endpoint}   (data ${keeping}; Ctrl-C ends it)

  Access key  ${accessKeyId}
  Secret key  ${secretAccessKey}
  Region      ${region}

AWS CLI
  export AWS_ENDPOINT_URL=${endpoint} AWS_REGION=${region}
  export AWS_ACCESS_KEY_ID=${accessKeyId} AWS_SECRET_ACCESS_KEY=${secretAccessKey}
  aws s3 mb s3://first --endpoint-url ${endpoint}
  aws s3 cp README.md s3://first/ --endpoint-url ${endpoint}

boto3
  import boto3
  s3 = boto3.client("s3", endpoint_url="${endpoint}", region_name="${region}",
      aws_access_key_id="${accessKeyId}", aws_secret_access_key="${secretAccessKey}")

rclone
  rclone config create cairn s3 provider=Other endpoint=${endpoint} region=${region} \\
      access_key_id=${accessKeyId} secret_access_key=${secretAccessKey}
  rclone copy README.md cairn:first/

Console: open this in a browser${isLink ? ", it signs you in (once, within an hour)" : ""}
  ${signInUrl}
`;
}

/**
 * Ends on a signal, and when whoever started us is gone: the older Node of toolchain.mjs, or npm.
 * @param {CairnServer} server
 */
function endOnSignals(server) {
  let endingSinceMs = 0;
  const end = () => {
    const now = performance.now();
    if (endingSinceMs === 0) {
      endingSinceMs = now;
      server.stop().then(() => process.exit(0), fail);
    } else if (now - endingSinceMs > 1_000) {
      // Asked again by somebody in a hurry. Sooner, it is one Ctrl-C that npm passed on as well.
      process.exit(1);
    }
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, end);
  }
  process.on("disconnect", end);
  if (process.env["npm_lifecycle_event"] !== undefined) {
    const before = ancestors();
    setInterval(() => ancestors() === before || end(), 500).unref();
  }
}

/**
 * Our parent and, where /proc tells, its parent: between npm and us there may be a shell, and shells
 * neither pass signals on nor end when npm is killed.
 */
function ancestors() {
  try {
    const status = readFileSync(`/proc/${process.ppid}/status`, "utf8");
    return `${process.ppid} ${/^PPid:\s*(\d+)/m.exec(status)?.[1]}`;
  } catch {
    return `${process.ppid}`;
  }
}

/** @param {Error} error @returns {never} */
function fail(error) {
  process.stderr.write(`${error.name === "StartError" ? error.message : error.stack}\n`);
  process.exit(1);
}

const options = parseOptions(process.argv.slice(2));
ensureInstalled({ development: false });
await ensureNode();
const { startCairn } = await import("../server/index.mjs");
const server = await startCairn({
  ...options,
  onBuild: () => options.quiet || process.stderr.write("Building the Worker ...\n"),
}).catch(fail);
endOnSignals(server);
if (!options.quiet) {
  process.stdout.write(introduction(server, options));
}
