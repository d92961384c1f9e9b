// @ts-check
// `cairn webhook` and `cairn events`: where events of buckets go, what was delivered, what waits.

import { renderFacts, renderTable } from "./print.mjs";
import { callAdmin } from "./request.mjs";

/** @typedef {import("./connection.mjs").Connection} Connection */
/** @typedef {import("./commands.mjs").Report} Report */
/** @typedef {Record<string, string>} Options */

const SHOWN_ONCE = "The secret is shown only now: give it to the receiver, to verify signatures.";

/**
 * Adds the commands to the command line.
 *
 * @param {import("commander").Command} program
 * @param {(command: (connection: Connection) => Promise<Report>) => Promise<void>} run
 */
export function addEventCommands(program, run) {
  const webhook = program.command("webhook").description("receivers of bucket events by HTTPS");
  /** @param {string} words */
  const command = (words) =>
    webhook
      .command(words)
      .option("--account <account>", "account id; your own when absent", "self");
  command("create")
    .description("register a receiver; notification configurations name its ARN")
    .argument("<name>", "1 to 80 letters, digits, hyphens, underscores")
    .requiredOption("--url <url>", "where events are posted to")
    .option("--event-bus", "take what buckets send to EventBridge")
    .option("--tag <name=value>", "only objects with this tag; may be repeated", collect, {})
    .option("--metadata <name=value>", "only objects with this metadata", collect, {})
    .action((name, options) => run((connection) => createWebhook(connection, name, options)));
  command("list")
    .description("the receivers and how they do")
    .action((options) => run((connection) => listWebhooks(connection, options)));
  command("show")
    .description("one receiver")
    .argument("<name>", "its name")
    .action((name, options) => run((connection) => showWebhook(connection, name, options)));
  command("deliveries")
    .description("what was delivered lately")
    .argument("<name>", "its name")
    .option("--outcome <outcome>", "delivered, pending, failed or skipped")
    .option("--limit <count>", "how many", "20")
    .action((name, options) => run((connection) => listDeliveries(connection, name, options)));
  command("replay")
    .description("send one delivery again, or those of a time")
    .argument("<name>", "its name")
    .argument("[delivery]", "id of a delivery")
    .option("--from <time>", "deliveries from then on, ISO 8601")
    .option("--to <time>", "deliveries before then, ISO 8601")
    .option("--outcome <outcome>", "only those that were delivered, pending, failed or skipped")
    .action((name, delivery, options) =>
      run((connection) => replay(connection, name, { ...options, delivery })),
    );
  command("rotate")
    .description("make a new secret; deliveries are signed with both for a while")
    .argument("<name>", "its name")
    .option("--grace-seconds <seconds>", "how long the old secret signs on", "86400")
    .action((name, options) => run((connection) => rotateWebhook(connection, name, options)));
  for (const [word, state] of [
    ["enable", "enabled"],
    ["disable", "disabled"],
  ]) {
    command(word ?? "")
      .description(`switch a receiver ${word === "enable" ? "on, its failures forgotten" : "off"}`)
      .argument("<name>", "its name")
      .action((name, options) =>
        run((connection) => setState(connection, name, { ...options, state: state ?? "" })),
      );
  }
  command("delete")
    .description("forget a receiver, its secret and its log")
    .argument("<name>", "its name")
    .action((name, options) => run((connection) => deleteWebhook(connection, name, options)));
  command("test")
    .description("send a test event now")
    .argument("<name>", "its name")
    .action((name, options) => run((connection) => testWebhook(connection, name, options)));
  program
    .command("events")
    .description("events of buckets")
    .command("status")
    .description("what waits to be told, since when, and what keeps it")
    .argument("<bucket>", "bucket name")
    .action((bucket) => run((connection) => showEvents(connection, bucket)));
}

/**
 * One more `name=value`; without a value, any.
 * @param {string} text
 * @param {Record<string, string>} before
 */
function collect(text, before) {
  const at = text.indexOf("=");
  const [name, value] = at < 0 ? [text, "*"] : [text.slice(0, at), text.slice(at + 1)];
  return { ...before, [name]: value };
}

/**
 * @param {Options} options
 * @param {string} [name]
 */
function pathOf(options, name) {
  const base = `/accounts/${encodeURIComponent(options["account"] ?? "self")}/webhooks`;
  return name === undefined ? base : `${base}/${encodeURIComponent(name)}`;
}

/**
 * @param {any} webhook
 * @returns {string}
 */
function describe(webhook) {
  return renderFacts([
    ["Name", webhook.name],
    ["URL", webhook.url],
    ["Topic ARN", webhook.topicArn],
    ["Function ARN", webhook.functionArn],
    ["Filter", webhook.filter && JSON.stringify(webhook.filter)],
    ["Event bus", webhook.isEventBus ? "yes" : "no"],
    ["State", webhook.state],
    ["Failures in a row", webhook.failures],
    ["Failing since", webhook.failingSince],
    ["Last error", webhook.lastError],
    ["Last delivered", webhook.lastDeliveredAt],
    ["Old secret valid until", webhook.previousSecretUntil],
    ...(webhook.secret === undefined ? [] : [/** @type {const} */ (["Secret", webhook.secret])]),
  ]);
}

/**
 * @param {Connection} connection
 * @param {string} name
 * @param {Record<string, any>} options
 * @returns {Promise<Report>}
 */
async function createWebhook(connection, name, options) {
  /** @param {string} kind */
  const pairs = (kind) => (Object.keys(options[kind]).length > 0 ? options[kind] : undefined);
  const { tags, metadata } = { tags: pairs("tag"), metadata: pairs("metadata") };
  const filter = tags || metadata ? { tags, metadata } : undefined;
  const body = { name, url: options["url"], isEventBus: options["eventBus"] === true, filter };
  const json = await callAdmin(connection, { method: "POST", path: pathOf(options), body });
  return { json, text: `${describe(json)}\n\n${SHOWN_ONCE}` };
}

/**
 * @param {Connection} connection
 * @param {Options} options
 * @returns {Promise<Report>}
 */
async function listWebhooks(connection, options) {
  const { webhooks } = await callAdmin(connection, { method: "GET", path: pathOf(options) });
  const rows = webhooks.map((/** @type {any} */ each) => [
    each.name,
    each.state,
    each.failures,
    each.lastDeliveredAt,
    each.url,
  ]);
  const headings = ["NAME", "STATE", "FAILURES", "LAST DELIVERED", "URL"];
  return { json: webhooks, text: renderTable(headings, rows, "There are no webhooks.") };
}

/**
 * @param {Connection} connection
 * @param {string} name
 * @param {Options} options
 * @returns {Promise<Report>}
 */
async function showWebhook(connection, name, options) {
  const json = await callAdmin(connection, { method: "GET", path: pathOf(options, name) });
  return { json, text: describe(json) };
}

/**
 * @param {Connection} connection
 * @param {string} name
 * @param {Options} options
 * @returns {Promise<Report>}
 */
async function listDeliveries(connection, name, options) {
  const query = new URLSearchParams({ limit: options["limit"] ?? "20" });
  if (options["outcome"] !== undefined) query.set("outcome", options["outcome"]);
  const path = `${pathOf(options, name)}/deliveries?${query}`;
  const { deliveries } = await callAdmin(connection, { method: "GET", path });
  return { json: deliveries, text: renderDeliveries(deliveries) };
}

/** @param {readonly any[]} deliveries */
function renderDeliveries(deliveries) {
  const rows = deliveries.map((each) => [
    each.at,
    each.outcome,
    each.attempts,
    each.error ?? each.status,
    each.event,
    each.bucket,
    each.key,
    each.id,
  ]);
  const headings = ["AT", "OUTCOME", "ATTEMPTS", "ANSWER", "EVENT", "BUCKET", "KEY", "ID"];
  return renderTable(headings, rows, "There are no deliveries.");
}

/**
 * One delivery, or page after page of a range.
 *
 * @param {Connection} connection
 * @param {string} name
 * @param {Options} options
 * @returns {Promise<Report>}
 */
async function replay(connection, name, options) {
  const path = `${pathOf(options, name)}/replay`;
  if (options["delivery"] !== undefined) {
    const body = { id: options["delivery"] };
    const { deliveries } = await callAdmin(connection, { method: "POST", path, body });
    return { json: deliveries, text: renderDeliveries(deliveries) };
  }
  const { from, outcome } = options;
  /** @type {any[]} */
  const sent = [];
  /** @type {{ next?: string, to?: string }} */
  let place = options["to"] === undefined ? {} : { to: options["to"] };
  do {
    const { next: after, to } = place;
    const body = { from, outcome, to, after };
    const page = await callAdmin(connection, { method: "POST", path, body });
    sent.push(...page.deliveries);
    place = { next: page.next, to: page.to };
  } while (place.next !== undefined);
  return { json: sent, text: renderDeliveries(sent) };
}

/**
 * @param {Connection} connection
 * @param {string} name
 * @param {Options} options
 * @returns {Promise<Report>}
 */
async function rotateWebhook(connection, name, options) {
  const body = { graceSeconds: Number(options["graceSeconds"]) };
  const path = `${pathOf(options, name)}/rotate`;
  const json = await callAdmin(connection, { method: "POST", path, body });
  return { json, text: `${describe(json)}\n\n${SHOWN_ONCE}` };
}

/**
 * @param {Connection} connection
 * @param {string} name
 * @param {Options} options
 * @returns {Promise<Report>}
 */
async function setState(connection, name, options) {
  const body = { state: options["state"] };
  const json = await callAdmin(connection, { method: "PATCH", path: pathOf(options, name), body });
  return { json, text: `Webhook ${name} is ${json.state}.` };
}

/**
 * @param {Connection} connection
 * @param {string} name
 * @param {Options} options
 * @returns {Promise<Report>}
 */
async function deleteWebhook(connection, name, options) {
  await callAdmin(connection, { method: "DELETE", path: pathOf(options, name) });
  return { json: { name, deleted: true }, text: `Webhook ${name} is deleted.` };
}

/**
 * @param {Connection} connection
 * @param {string} name
 * @param {Options} options
 * @returns {Promise<Report>}
 */
async function testWebhook(connection, name, options) {
  const path = `${pathOf(options, name)}/test`;
  const json = await callAdmin(connection, { method: "POST", path });
  return { json, text: renderDeliveries([json]) };
}

/**
 * @param {Connection} connection
 * @param {string} bucket
 * @returns {Promise<Report>}
 */
async function showEvents(connection, bucket) {
  const path = `/events/${encodeURIComponent(bucket)}`;
  const json = await callAdmin(connection, { method: "GET", path });
  const facts = renderFacts([
    ["Backlog", json.backlog],
    ["Oldest", json.oldestAt],
    ["Next delivery", json.nextAt],
  ]);
  const rows = json.targets.map((/** @type {any} */ each) => [
    each.kind,
    each.target,
    each.backlog,
    each.failures,
    each.waitingKeys,
    each.retryAt,
    each.lastError,
  ]);
  const headings = ["KIND", "TARGET", "BACKLOG", "FAILURES", "KEYS WAITING", "RETRY", "LAST ERROR"];
  return { json, text: `${facts}\n\n${renderTable(headings, rows, "Nothing waits.")}` };
}
