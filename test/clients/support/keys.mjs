// @ts-check
// Names people give to files, and names that break programs. Every key here is legal in S3.

/** Spelled with escapes where an editor might "correct" them. */
const nfc = "caf\u00e9";
const nfd = "cafe\u0301";

/** Keys that are also file names on any Unix file system. */
export const fileKeys = [
  "plain.txt",
  "with space/and  two.txt",
  " leading and trailing ",
  "plus+plus.txt",
  "percent%41%.txt",
  "percent%2Fslash.txt",
  "hash#question?.txt",
  "ampersand&<angle>\"quote'.txt",
  "back\\slash.txt",
  "semi;colon:comma,equals=at@.txt",
  "brackets[1]{2}(3)*~!$^`|.txt",
  `nfc/${nfc}.txt`,
  `nfd/${nfd}.txt`,
  `both/${nfc}`,
  `both/${nfd}`,
  "emoji/\u{1f600}\u{1f468}\u200d\u{1f469}\u200d\u{1f467}.txt",
  "rtl/\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627.txt",
  "cjk/\u77f3\u9577\u57ce\u{20000}.txt",
  "private/\ue000\uffee.txt",
  "...hidden/..two/three...",
  ".dotfile",
  "-dash-first",
  "--option=value",
  "%",
  "+",
  "~tilde",
  "a.b/c.d/e.f",
  "CASE.txt",
  "case.txt",
];

/** Keys that only an object store can hold. */
export const storeKeys = [
  "/leading",
  "//two leading",
  "double//slash",
  "many////slashes",
  "folder/",
  "folder/file",
  "trailing//",
  "/",
  "//",
  "line\nbreak",
  "tab\tstop",
  "carriage\rreturn",
  "bell\u0007 escape\u001b delete\u007f one\u0001",
  "next line \u0085 separators \u2028\u2029",
  "noncharacters \ufffe\uffff",
  "x".repeat(1024),
  `deep/${"d/".repeat(500)}`,
  "\u00e9".repeat(512),
  "\u{1f600}".repeat(256),
];

export const hostileKeys = [...fileKeys, ...storeKeys];

/**
 * The order of a listing: UTF-8 binary.
 * @param {readonly string[]} keys
 */
export function inListingOrder(keys) {
  return [...keys].sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
}

/** Keys whose path would leave its folder: many URL parsers fold them before anybody signs. */
export const dotSegmentKeys = ["a/../b", "a/./b", "../up", "./here", "..", ".", "a/..", "a/."];
