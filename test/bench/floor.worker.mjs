// The floor: the least a Worker can do to keep objects in R2. No authentication, no checks, no
// metadata, no XML but where a listing needs it. With an INDEX bound it also makes one Durable
// Object call per request: what any server with an index of its own must pay at least.

import { DurableObject } from "cloudflare:workers";

/** One row per key, as small as it can be. */
export class FloorIndex extends DurableObject {
  #sql = this.ctx.storage.sql;

  constructor(context, env) {
    super(context, env);
    this.#sql.exec(
      "CREATE TABLE IF NOT EXISTS objects (key TEXT PRIMARY KEY, size INTEGER, etag TEXT) WITHOUT ROWID",
    );
  }

  note(key, size, etag) {
    this.#sql.exec("INSERT OR REPLACE INTO objects VALUES (?, ?, ?)", key, size, etag);
  }

  find(key) {
    return this.#sql.exec("SELECT size, etag FROM objects WHERE key = ?", key).toArray();
  }

  forget(key) {
    this.#sql.exec("DELETE FROM objects WHERE key = ?", key);
  }

  list(limit) {
    return [
      ...this.#sql.exec("SELECT key, size, etag FROM objects ORDER BY key LIMIT ?", limit).raw(),
    ];
  }

  fill(count) {
    for (let index = 0; index < count; index += 1) this.note(`list/${index}`, 1, "0".repeat(32));
  }
}

export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    const key = url.pathname.slice(1);
    const index = env.INDEX?.get(env.INDEX.idFromName("floor"));
    return handle({ request, env, url, key, index });
  },
};

function handle(call) {
  const { request, url } = call;
  if (url.searchParams.has("list-type")) return list(call);
  if (url.searchParams.has("fill")) return fill(call);
  if (url.searchParams.has("uploads")) return createUpload(call);
  if (url.searchParams.has("uploadId")) return useUpload(call);
  if (request.headers.has("x-amz-copy-source")) return copy(call);
  return (methods[request.method] ?? refuse)(call);
}

const refuse = () => new Response("no such method", { status: 405 });

const methods = {
  async PUT({ request, env, key, index }) {
    const { size, httpEtag } = await env.STORE.put(key, request.body);
    await index?.note(key, size, httpEtag);
    return new Response(null, { headers: { etag: httpEtag } });
  },
  async GET({ env, key, index }) {
    await index?.find(key);
    const object = await env.STORE.get(key);
    return new Response(object.body, { headers: { etag: object.httpEtag } });
  },
  async HEAD({ env, key, index }) {
    await index?.find(key);
    const { size, httpEtag } = await env.STORE.head(key);
    return new Response(null, { headers: { etag: httpEtag, "x-size": String(size) } });
  },
  async DELETE({ env, key, index }) {
    await index?.forget(key);
    await env.STORE.delete(key);
    return new Response(null, { status: 204 });
  },
};

/** Without an index to refer to the bytes they have to move. */
async function copy({ request, env, key, index }) {
  const from = request.headers.get("x-amz-copy-source").split("/").slice(1).join("/");
  const { body } = await env.STORE.get(from);
  const { size, httpEtag } = await env.STORE.put(key, body);
  await index?.note(key, size, httpEtag);
  return new Response(httpEtag);
}

async function list({ env, index }) {
  const rows = index
    ? await index.list(1000)
    : (await env.STORE.list({ prefix: "list/", limit: 1000 })).objects.map((object) => [
        object.key,
        object.size,
        object.etag,
      ]);
  const items = rows.map(
    ([key, size, etag]) =>
      `<Contents><Key>${key}</Key><Size>${size}</Size><ETag>${etag}</ETag></Contents>`,
  );
  return new Response(`<ListBucketResult>${items.join("")}</ListBucketResult>`);
}

/** Set-up for the listing, not measured. */
async function fill({ env, url, index }) {
  const count = Number(url.searchParams.get("fill"));
  if (index) await index.fill(count);
  else {
    for (let at = 0; at < count; at += 1) await env.STORE.put(`list/${at}`, "x");
  }
  return new Response("filled");
}

async function createUpload({ env, key }) {
  const { uploadId } = await env.STORE.createMultipartUpload(key);
  return new Response(`<UploadId>${uploadId}</UploadId>`);
}

async function useUpload({ request, env, url, key, index }) {
  const upload = env.STORE.resumeMultipartUpload(key, url.searchParams.get("uploadId"));
  if (request.method === "PUT") {
    const number = Number(url.searchParams.get("partNumber"));
    const { etag } = await upload.uploadPart(number, request.body);
    await index?.note(`${key}#${number}`, 0, etag);
    return new Response(null, { headers: { etag: `"${etag}"` } });
  }
  const parts = [
    ...(await request.text()).matchAll(/<PartNumber>(\d+)<\/PartNumber><ETag>"?([^"<]+)/g),
  ];
  const object = await upload.complete(
    parts.map(([, partNumber, etag]) => ({ partNumber: Number(partNumber), etag })),
  );
  await index?.note(key, object.size, object.httpEtag);
  return new Response("completed");
}
