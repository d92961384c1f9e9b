// @ts-check
// The snippets of the connect page, pasted as they are: only the placeholders of the key are filled in.
// Those whose clients are installed are run; the others are read as what they are written in.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { CreateBucketCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { startCairn } from "../../server/index.mjs";

/** @import { CairnServer } from "../../server/index.d.mts" */

const root = fileURLToPath(new URL("../..", import.meta.url));
const region = "eu-north-1";
const timeoutMs = 90_000;

/** How each is run, and the object that is there when it has done what it says. */
const runs = /** @type {const} */ ([
  {
    id: "cli",
    program: "/usr/bin/aws",
    file: "run.sh",
    command: "bash -e",
    leaves: "folder/a.txt",
  },
  {
    id: "boto3",
    program: "/usr/bin/python3",
    file: "run.py",
    command: "/usr/bin/python3",
    leaves: "photo.jpg",
  },
  {
    id: "rclone",
    program: "/usr/bin/rclone",
    file: "run.sh",
    command: "bash -e",
    leaves: "folder/a.txt",
  },
  {
    id: "restic",
    program: "/usr/bin/restic",
    file: "run.sh",
    command: "bash -e",
    leaves: "backup/config",
  },
  { id: "s3cmd", program: "/usr/bin/s3cmd", file: "run.sh", command: "bash -e", leaves: undefined },
]);

describe("the snippets of the connect page", () => {
  /** @type {CairnServer} */
  let server;
  /** @type {S3Client} */
  let client;
  /** @type {string} */
  let directory;
  /** @type {(typeof import("../../console/src/screens/connect/snippets.ts"))["clients"]} */
  let clients;

  before(async () => {
    ({ clients } = await import("../../console/src/screens/connect/snippets.ts"));
    server = await startCairn({ memory: true, quiet: true, port: 0, vars: { REGION: region } });
    const { endpoint, credentials } = server;
    client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
    directory = mkdtempSync(join(tmpdir(), "cairn-connect-"));
    mkdirSync(join(directory, "folder"));
    mkdirSync(join(directory, "Documents"));
    for (const name of ["photo.jpg", "folder/a.txt", "Documents/b.txt"]) {
      writeFileSync(join(directory, name), name);
    }
  });
  after(async () => {
    client.destroy();
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  /** With the key filled in, as the note beside it says. @param {string} id @param {string} bucket */
  function paste(id, bucket) {
    const { endpoint, credentials } = server;
    const found = clients.find((one) => one.id === id);
    assert.ok(found, id);
    return found
      .snippet({ endpoint, region, bucket })
      .replaceAll("AKIA...", credentials.accessKeyId)
      .replaceAll(/(?<!\w)\.\.\./g, credentials.secretAccessKey);
  }

  /** @param {string} command @param {string} file @param {string} [where] */
  async function run(command, file, where = directory) {
    const [program = "", ...words] = command.split(" ");
    // Nothing of the machine's own settings: what is pasted has to say all.
    const env = { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: directory };
    const child = spawn(program, [...words, file], { cwd: where, env, timeout: timeoutMs });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        output += text;
      });
    }
    const code = await new Promise((resolve) => child.on("close", resolve));
    assert.equal(code, 0, output);
    return output;
  }

  /** @param {string} bucket */
  async function keysOf(bucket) {
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
    return Contents.map(({ Key }) => Key);
  }

  for (const { id, program, file, command, leaves } of runs) {
    test(`${id} works as pasted`, { skip: !existsSync(program) && "not installed" }, async () => {
      const bucket = `with-${id}`;
      await client.send(new CreateBucketCommand({ Bucket: bucket }));
      writeFileSync(join(directory, file), `${paste(id, bucket)}\n`);
      await run(command, file);
      if (leaves) assert.ok((await keysOf(bucket)).includes(leaves), `${await keysOf(bucket)}`);
    });
  }

  test("JavaScript works as pasted", async () => {
    const bucket = "with-javascript";
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    // Beside the packages that it imports.
    const own = mkdtempSync(join(root, "node_modules/.cairn-connect-"));
    try {
      writeFileSync(join(own, "run.mjs"), paste("javascript", bucket));
      await run(process.execPath, "run.mjs", own);
    } finally {
      rmSync(own, { recursive: true });
    }
    assert.deepEqual(await keysOf(bucket), ["hello.txt"]);
  });

  const terraform = "/usr/local/bin/terraform";
  test("Terraform keeps its state as pasted", {
    skip: !existsSync(terraform) && "not installed",
  }, async () => {
    const bucket = "with-terraform";
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    // The provider is fetched from a registry, which tests do not ask: the backend is built in.
    const [, backend = ""] = paste("terraform", bucket).split(/(?=^terraform \{)/m);
    const own = join(directory, "terraform");
    mkdirSync(own);
    writeFileSync(join(own, "main.tf"), `${backend}\nresource "terraform_data" "one" {}\n`);
    await run(`${terraform} init -input=false`, "-no-color", own);
    await run(`${terraform} apply -auto-approve -input=false`, "-no-color", own);
    assert.deepEqual(await keysOf(bucket), ["terraform.tfstate"]);
  });

  test("the others name this server, its region and the bucket", () => {
    const { host, hostname, port } = new URL(server.endpoint);
    for (const { id } of clients) {
      const text = paste(id, "named-here");
      assert.ok(text.includes(host) || (text.includes(hostname) && text.includes(port)), id);
      assert.ok(text.includes("named-here"), id);
      assert.ok(text.includes(region), id);
    }
  });
});
