import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseXml } from "../../src/s3/xml-parse.ts";
import { encodeListingText, escapeXml } from "../../src/s3/xml-text.ts";
import { bytes } from "./fixtures.ts";

describe("escapeXml", () => {
  it("comes back from a strict parser unchanged", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(parseXml(bytes(`<a>${escapeXml(text)}</a>`), 1).text).toBe(text);
      }),
    );
  });

  it("escapes markup, returns and what XML cannot hold", () => {
    expect(escapeXml('<a b="c">&\'\t\n\r\u0000\u001f\uffff😀')).toBe(
      "&lt;a b=&quot;c&quot;&gt;&amp;'\t\n&#13;&#x0;&#x1F;&#xFFFF;😀",
    );
  });
});

describe("encodeListingText", () => {
  it.each([
    ["azAZ09-_.*/", "azAZ09-_.*/"],
    ["a b", "a+b"],
    ["!'()~,;:@=\"<>|%", "%21%27%28%29%7E%2C%3B%3A%40%3D%22%3C%3E%7C%25"],
    ["한글", "%ED%95%9C%EA%B8%80"],
    ["a+b", "a%2Bb"],
    ["\u0001", "%01"],
  ])("encodes %o as S3 does", (text, encoded) => {
    expect(encodeListingText(text)).toBe(encoded);
  });

  it("is undone by what clients decode with", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(decodeURIComponent(encodeListingText(text).replaceAll("+", " "))).toBe(text);
      }),
    );
  });
});
