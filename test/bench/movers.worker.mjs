// The floor of moving: the same bytes read from one store and put into another, with nothing checked,
// noted or counted. As many at a time as Cairn's movers take.

const atOnce = 8;

export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    const key = url.pathname.slice(1);
    if (request.method === "PUT") {
      await env.STORE.put(key, request.body);
      return new Response(null);
    }
    const count = Number(url.searchParams.get("move"));
    const [from, to] = url.searchParams.has("back")
      ? [env.OTHER, env.STORE]
      : [env.STORE, env.OTHER];
    let next = 0;
    const lane = async () => {
      for (let at = next++; at < count; at = next++) {
        const { body } = await from.get(`${key}/${at}`);
        await to.put(`${key}/${at}`, body);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, lane));
    return new Response("moved");
  },
};
