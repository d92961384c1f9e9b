// @ts-check
// The queues that events go to, on a laptop: every entry of EVENT_QUEUES is a queue of the simulator,
// in memory, and what is put into them is posted to EVENT_QUEUE_CONSUMER if that is set, as a consumer
// of the real ones would be given it. Nothing here reaches the edge.

/** @import { MiniflareOptions } from "miniflare" */
/** @import { Bundle } from "./types.d.mts" */

/** A consumer has no more to do than to hand on; a refusal makes the queue try again. */
const consumerSource = `export default {
  async queue(batch, env) {
    const messages = batch.messages.map(({ id, body, attempts }) => ({ id, body, attempts }));
    const body = JSON.stringify({ queue: batch.queue, messages });
    const headers = { "content-type": "application/json" };
    const response = await fetch(env.CONSUMER, { method: "POST", headers, body });
    if (!response.ok) throw new Error("the consumer answers " + response.status);
  },
};`;

/**
 * The bindings that EVENT_QUEUES names, each with its queue.
 * @param {Record<string, string>} vars
 */
export function eventQueues(vars) {
  return (vars["EVENT_QUEUES"] ?? "").split(",").flatMap((entry) => {
    const [, name, binding] =
      /^(?:\d{12}:)?([A-Za-z0-9_-]+)=(EVENT_QUEUE\w*)$/.exec(entry.trim()) ?? [];
    return name === undefined || binding === undefined ? [] : [{ name, binding }];
  });
}

/**
 * The Worker that consumes them, if there is somebody to hand on to.
 * @param {Bundle} bundle
 * @param {Record<string, string>} vars
 * @returns {MiniflareOptions["workers"]}
 */
export function queueConsumer({ directory, description }, vars) {
  const consumer = vars["EVENT_QUEUE_CONSUMER"];
  const queues = eventQueues(vars);
  if (consumer === undefined || queues.length === 0) return [];
  return [
    {
      config: {
        name: "cairn-queue-consumer",
        compatibilityDate: description.compatibilityDate,
        manifest: {
          mainModule: "consumer.js",
          modulesRoot: directory,
          modules: { "consumer.js": { type: "esm", contents: consumerSource } },
        },
        env: { CONSUMER: { type: "text", value: consumer } },
        triggers: queues.map(({ name }) => ({
          type: /** @type {const} */ ("queue"),
          name,
          maxBatchTimeout: 0.2,
        })),
      },
      dev: { rootPath: directory, unsafeRegisterWorker: false },
    },
  ];
}
