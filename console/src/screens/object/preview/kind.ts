// How an object can be shown, from its content type and, where that says nothing, its name. Only what
// is in these lists is ever shown as more than text.

export type Kind =
  | "image"
  | "video"
  | "audio"
  | "pdf"
  | "json"
  | "csv"
  | "xml"
  | "text"
  | "zip"
  | "parquet"
  | "none";

const images: Readonly<Record<string, string>> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  avif: "image/avif",
  bmp: "image/bmp",
  ico: "image/x-icon",
  svg: "image/svg+xml",
};

const kindOfEnding: Readonly<Record<string, Kind>> = {
  mp4: "video",
  webm: "video",
  mov: "video",
  m4v: "video",
  mp3: "audio",
  ogg: "audio",
  wav: "audio",
  flac: "audio",
  m4a: "audio",
  pdf: "pdf",
  json: "json",
  geojson: "json",
  csv: "csv",
  tsv: "csv",
  xml: "xml",
  html: "xml",
  htm: "xml",
  zip: "zip",
  jar: "zip",
  parquet: "parquet",
};

const textEndings =
  /^(txt|md|log|jsonl|ndjson|ya?ml|toml|ini|conf|sh|py|js|mjs|ts|tsx|jsx|css|go|rs|c|h|cpp|java|rb|sql|env|tf)$/;

const endingOf = (key: string): string => /\.([A-Za-z0-9]+)$/.exec(key)?.[1]?.toLowerCase() ?? "";

/** The type an image is shown as: one of a closed list, whatever the object says. */
export function imageType(key: string, contentType: string): string | undefined {
  const said = contentType.split(";")[0]?.trim().toLowerCase() ?? "";
  return Object.values(images).find((type) => type === said) ?? images[endingOf(key)];
}

/** How to show it. */
export function kindOf(key: string, contentType: string): Kind {
  const type = contentType.split(";")[0]?.trim().toLowerCase() ?? "";
  const ending = endingOf(key);
  if (type === "application/pdf") return "pdf";
  if (type.startsWith("video/")) return "video";
  if (type.startsWith("audio/")) return "audio";
  if (/[/+]json$/.test(type)) return "json";
  if (type === "text/csv" || type === "text/tab-separated-values") return "csv";
  if (type === "application/zip") return "zip";
  const byEnding = kindOfEnding[ending];
  if (byEnding !== undefined) return byEnding;
  if (imageType(key, contentType) !== undefined) return "image";
  if (/[/+]xml$/.test(type) || type === "text/html") return "xml";
  if (type.startsWith("text/") || textEndings.test(ending)) return "text";
  return "none";
}
