// @ts-check
// `npm run deploy`: makes what the account lacks (database, stores, secrets), brings the database up
// to date and uploads the Worker. Safe to repeat: what is there stays. Every call of wrangler is
// printed; --dry-run prints the plan and calls nobody. docs/OPERATIONS.md tells the whole story.
import { parseArgs } from "node:util";
import { ensureInstalled, ensureNode } from "./toolchain.mjs";

const help = `Usage: npm run deploy -- [options]

  --dry-run         print the plan, call nothing
  --location HINT   where to make the database and the stores: weur, eeur, apac, oc, wnam, enam
  --new-master-key  make a MASTER_KEY for a database that was there before
  --wrangler FILE   another wrangler, as a script for Node
  --help            this page

Needs a login (npx wrangler login) or CLOUDFLARE_API_TOKEN, and CLOUDFLARE_ACCOUNT_ID when the login
has several accounts.
`;

function parseOptions() {
  try {
    const { values } = parseArgs({
      options: {
        "dry-run": { type: "boolean", default: false },
        location: { type: "string" },
        "new-master-key": { type: "boolean", default: false },
        wrangler: { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
    return values;
  } catch (error) {
    process.stderr.write(`${/** @type {Error} */ (error).message}\n\n${help}`);
    process.exit(2);
  }
}

const options = parseOptions();
if (options.help) {
  process.stdout.write(help);
  process.exit(0);
}
ensureInstalled({ development: false });
await ensureNode();
const { deploy, DeployError, planDeployment } = await import("./deployment.mjs");
const settings = {
  location: options.location,
  makesMasterKey: options["new-master-key"],
  wrangler: options.wrangler,
};
try {
  if (options["dry-run"]) {
    process.stdout.write(planDeployment(settings));
  } else {
    await deploy(settings);
  }
} catch (error) {
  const known = error instanceof DeployError;
  process.stderr.write(`\n${known ? error.message : /** @type {Error} */ (error).stack}\n`);
  process.exit(1);
}
