// The header lines of multipart/form-data: the boundary in the request's Content-Type, the name and
// file name in a part's Content-Disposition. Strict: what two readers could read in two ways is
// MalformedPOSTRequest. Pure text.
// RFC 7578 (form-data), RFC 2046 5.1 (boundaries), RFC 9110 5.6.6 (parameters)

import { S3Error } from "./errors.ts";

/** What a part's header says. */
export interface FormPartHead {
  /** As sent. */
  readonly name: string;
  /** Absent when the part has none; empty when a browser sent no file. */
  readonly filename?: string;
}

/** The refusal of a body that is no form. */
export function malformedForm(): S3Error {
  return new S3Error("MalformedPOSTRequest");
}

// RFC 2046: 1 to 70 of these, not ending in a space.
const boundaryShape = /^[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]$/;

/** The boundary of `multipart/form-data; boundary=...`. Throws MalformedPOSTRequest without one. */
export function parseBoundary(contentType: string): string {
  const boundaries = parseParameters(contentType).filter(([name]) => name === "boundary");
  const [first] = boundaries;
  if (first === undefined || boundaries.length > 1) throw malformedForm();
  if (!boundaryShape.test(first[1])) throw malformedForm();
  return first[1];
}

/** Reads the header block of a part, without the empty line that ends it. */
export function parsePartHead(block: string): FormPartHead {
  const dispositions = block.split("\r\n").flatMap((line) => {
    const match = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*(.*?)[ \t]*$/s.exec(line);
    if (match === null) throw malformedForm();
    return match[1]?.toLowerCase() === "content-disposition" ? [match[2] ?? ""] : [];
  });
  const [disposition] = dispositions;
  if (disposition === undefined || dispositions.length > 1) throw malformedForm();
  if (!/^form-data[ \t]*;/i.test(disposition)) throw malformedForm();
  const parameters = new Map<string, string>();
  for (const [name, value] of parseParameters(disposition)) {
    if (parameters.has(name)) throw malformedForm();
    parameters.set(name, value);
  }
  const name = parameters.get("name");
  if (name === undefined || name === "") throw malformedForm();
  const filename = parameters.get("filename");
  return { name, ...(filename !== undefined && { filename }) };
}

/**
 * The parameters behind the first `;`, names in lower case. In a quoted value only `\"` is an
 * escape: browsers send `%22` instead, and old ones whole paths with bare backslashes.
 */
function parseParameters(text: string): [name: string, value: string][] {
  const shape = /;[ \t]*([!#$%&'*+\-.^_`|~0-9A-Za-z]+)=(?:"((?:\\"|[^"\r\n])*)"|([^;"\s]*))[ \t]*/y;
  const start = text.indexOf(";");
  const parameters: [string, string][] = [];
  for (let at = start; at !== -1 && at < text.length; at = shape.lastIndex) {
    shape.lastIndex = at;
    const match = shape.exec(text);
    if (match === null) {
      // A lone `;` at the end says nothing, and some clients send it.
      if (/^;[ \t]*$/.test(text.slice(at))) break;
      throw malformedForm();
    }
    const [, name = "", quoted, token = ""] = match;
    parameters.push([name.toLowerCase(), quoted?.replaceAll('\\"', '"') ?? token]);
  }
  return parameters;
}
