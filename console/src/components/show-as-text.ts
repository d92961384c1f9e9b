// How a call is written in each language. Pure text; the endpoint is this page's server.

export interface Call {
  readonly service: "s3" | "iam" | "sts" | "kms";
  /** AWS's name: `CreateBucket`. */
  readonly operation: string;
  /** As the SDK takes it. Bodies are given as a note: `{ file: "photo.jpg" }`. */
  readonly input: Readonly<Record<string, unknown>>;
}

export const styles = [
  { id: "cli", label: "AWS CLI" },
  { id: "javascript", label: "JavaScript" },
  { id: "python", label: "boto3" },
  { id: "json", label: "JSON" },
] as const;

export type Style = (typeof styles)[number]["id"];

/** One call in one style. */
export function renderCall(style: Style, call: Call): string {
  switch (style) {
    case "cli":
      return renderCli(call);
    case "javascript":
      return renderJavascript(call);
    case "python":
      return renderPython(call);
    case "json":
      return JSON.stringify({ [call.operation]: call.input }, null, 2);
  }
}

const kebab = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1-$2")
    .toLowerCase();

const snake = (name: string): string => kebab(name).replaceAll("-", "_");

/** Quoted for a POSIX shell. */
export function shellQuote(value: string): string {
  return /^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
}

function renderCli({ service, operation, input }: Call): string {
  const command = `aws ${service === "s3" ? "s3api" : service} ${kebab(operation)}`;
  const options = Object.entries(input)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => cliOption(`--${kebab(name)}`, value));
  return [command, `--endpoint-url ${location.origin}`, ...options].join(" \\\n  ");
}

function cliOption(option: string, value: unknown): string {
  if (value === true) return option;
  if (value === false) return option.replace(/^--/, "--no-");
  if (isFile(value)) return `${option} ${shellQuote(value.file)}`;
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  // What begins with a hyphen would be taken for another option.
  return `${option}${text.startsWith("-") ? "=" : " "}${shellQuote(text)}`;
}

const isFile = (value: unknown): value is { readonly file: string } =>
  typeof value === "object" && value !== null && "file" in value;

const clientNames = { s3: "S3", iam: "IAM", sts: "STS", kms: "KMS" } as const;

function renderJavascript({ service, operation, input }: Call): string {
  const client = `${clientNames[service]}Client`;
  const style = service === "s3" ? ", forcePathStyle: true" : "";
  return [
    `import { ${operation}Command, ${client} } from "@aws-sdk/client-${service}";`,
    "",
    `const client = new ${client}({ endpoint: "${location.origin}"${style} });`,
    `await client.send(new ${operation}Command(${literal(input, "javascript")}));`,
  ].join("\n");
}

function renderPython({ service, operation, input }: Call): string {
  const parameters = Object.entries(input)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `    ${name}=${literal(value, "python").replaceAll("\n", "\n    ")},`);
  return [
    "import boto3",
    "",
    `client = boto3.client("${service}", endpoint_url="${location.origin}")`,
    `client.${snake(operation)}(`,
    ...parameters,
    ")",
  ].join("\n");
}

function literal(value: unknown, language: "javascript" | "python"): string {
  const isPython = language === "python";
  const text = JSON.stringify(
    value,
    (_key, inner: unknown) => {
      if (isFile(inner)) return `\u0000${isPython ? "open" : "createReadStream"}:${inner.file}`;
      if (isPython && typeof inner === "boolean") return `\u0000${inner ? "True" : "False"}`;
      return inner;
    },
    2,
  );
  return text
    .replace(/"\\u0000(open|createReadStream):((?:[^"\\]|\\.)*)"/g, (_all, open, file) =>
      isPython ? `open("${file}", "rb")` : `${open}("${file}")`,
    )
    .replace(/"\\u0000(True|False)"/g, "$1");
}
