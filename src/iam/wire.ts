// Binds the Query protocol to the SDK's schemas: `Tags.member.1.Key=...` becomes the input of the
// operation, its output becomes elements. Compiled once per operation, complete for every one of
// IAM and STS; values are judged by whoever uses them.
// https://smithy.io/2.0/aws/protocols/aws-query-protocol.html

import { type Member, type Shape, type StructureShape, shapeOf } from "../s3/schema.ts";
import { parseIsoDate } from "../s3/time.ts";
import { escapeXml } from "../s3/xml-text.ts";
import { invalid, QueryError } from "./query.ts";

type Parameters = ReadonlyMap<string, string>;

/** An operation as the SDK publishes it: `[9, namespace, name, traits, input, output]`. */
export type OperationSchema = readonly unknown[];

export interface Wire {
  /** Throws ValidationError for what is missing or of the wrong type, MalformedInput for lists. */
  readInput(parameters: Parameters): object;
  /** The content of `<ActionResult>`; `undefined` when the operation has no output. */
  renderOutput(output: object): string | undefined;
}

const wires = new WeakMap<OperationSchema, Wire>();

/** The binding of an operation, compiled at first use. */
export function wireOf(schema: OperationSchema): Wire {
  const known = wires.get(schema);
  if (known !== undefined) return known;
  const [input, output] = [shapeOf(schema[4]), shapeOf(schema[5])];
  const wire: Wire = {
    readInput: (parameters) => {
      const names = new Set<string>();
      for (const name of parameters.keys()) {
        // `A.member.1.B` makes `A`, `A.member` and `A.member.1` known as prefixes.
        for (let dot = name.indexOf("."); dot !== -1; dot = name.indexOf(".", dot + 1)) {
          names.add(name.slice(0, dot));
        }
      }
      const source = { parameters, prefixes: names };
      return input.kind === "structure" ? readStructure(source, input, "") : {};
    },
    renderOutput: (value) =>
      output.kind === "structure" && output.name !== "" ? renderMembers(output, value) : undefined,
  };
  wires.set(schema, wire);
  return wire;
}

interface Source {
  readonly parameters: Parameters;
  readonly prefixes: ReadonlySet<string>;
}

/** More items than any call of AWS takes: the form is bounded, and so is the work. */
const maximumItems = 1000;

function readStructure(source: Source, shape: StructureShape, prefix: string): object {
  const value: Record<string, unknown> = {};
  for (const member of shape.members()) {
    const name = prefix + member.name;
    const content = readValue(source, member.shape, name);
    if (content !== undefined) value[member.name] = content;
    else if (member.isRequired) {
      throw invalid(
        `1 validation error detected: Value null at '${decapitalise(name)}' failed to satisfy ` +
          "constraint: Member must not be null",
      );
    }
  }
  return value;
}

/** `undefined` when nothing was sent under the name. */
function readValue(source: Source, shape: Shape, name: string): unknown {
  switch (shape.kind) {
    case "structure":
      return source.prefixes.has(name) ? readStructure(source, shape, `${name}.`) : undefined;
    case "list":
      return readList(source, shape.item, name);
    default:
      return readSimple(shape, name, source.parameters.get(name));
  }
}

/** Items count from 1 without a gap; `Name=` alone is an empty list. */
function readList(source: Source, item: Member, name: string): unknown[] | undefined {
  const { parameters, prefixes } = source;
  if (!prefixes.has(name)) return parameters.has(name) ? [] : undefined;
  const items: unknown[] = [];
  for (let index = 1; index <= maximumItems; index += 1) {
    const content = readValue(source, item.shape, `${name}.member.${index}`);
    if (content === undefined) break;
    items.push(content);
  }
  const start = `${name}.member.`;
  for (const parameter of parameters.keys()) {
    if (!parameter.startsWith(`${name}.`)) continue;
    const index = Number(parameter.slice(start.length).split(".", 1)[0]);
    // What would be left out silently might have been a restriction.
    if (!parameter.startsWith(start) || !(index >= 1 && index <= items.length)) {
      throw new QueryError("MalformedInput", 400, `Unexpected list element: ${parameter}`);
    }
  }
  return items;
}

function readSimple(shape: Shape, name: string, text: string | undefined): unknown {
  if (text === undefined) return undefined;
  switch (shape.kind) {
    case "number":
      if (/^-?\d{1,12}$/.test(text)) return Number(text);
      break;
    case "boolean":
      if (text === "true" || text === "false") return text === "true";
      break;
    case "timestamp": {
      const timeMs = parseIsoDate(text);
      if (timeMs !== undefined) return new Date(timeMs);
      break;
    }
    default:
      return text;
  }
  throw new QueryError("MalformedInput", 400, `Invalid value for ${name}`);
}

function renderMembers(shape: StructureShape, value: object): string {
  const record = value as Readonly<Record<string, unknown>>;
  let text = "";
  for (const { name, shape: member } of shape.members()) {
    const content = record[name];
    if (content !== undefined && content !== null) {
      text += `<${name}>${renderValue(member, content)}</${name}>`;
    }
  }
  return text;
}

function renderValue(shape: Shape, value: unknown): string {
  switch (shape.kind) {
    case "structure":
      return renderMembers(shape, value as object);
    case "list":
      return (value as readonly unknown[])
        .map((item) => `<member>${renderValue(shape.item.shape, item)}</member>`)
        .join("");
    case "timestamp":
      return (value as Date).toISOString().replace(/\.\d{3}Z$/, "Z");
    // Maps and bytes, neither of which the reader of schemas tells apart.
    case "opaque":
      return value instanceof Uint8Array
        ? Buffer.from(value).toString("base64")
        : Object.entries(value as object)
            .map(
              ([key, item]) => `<entry><key>${escapeXml(key)}</key><value>${item}</value></entry>`,
            )
            .join("");
    default:
      return escapeXml(String(value));
  }
}

/** AWS names members in its messages as Java does: `userName`. */
export function decapitalise(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
