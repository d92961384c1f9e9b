// Which addresses the program may be told to fetch from. A name may resolve to a private address after
// it was looked at (SEC-144): what is asked is always HTTPS, so a machine that a name was turned to
// would have to show a certificate for that name when it is connected to.
import { expect, it } from "vitest";
import { isEgress, isFetchable } from "../../src/s3/fetch-guard.ts";

const refused = [
  "http://idp.example.com",
  "https://127.0.0.1",
  "https://2130706433",
  "https://0x7f000001",
  "https://0177.0.0.1",
  "https://169.254.169.254/latest",
  "https://[::1]",
  "https://[::ffff:10.0.0.1]",
  "https://localhost",
  "https://localhost.",
  "https://router.lan",
  "https://db.internal",
  "https://printer",
  "https://idp.example.com:8443",
  "https://user@idp.example.com",
  "ftp://idp.example.com",
  "no url",
];

it.each(refused)("SEC-144 fetches nothing from %s", (text) => {
  expect(isFetchable(text)).toBe(false);
});

it("SEC-144 sends nothing in the clear, but on a laptop", () => {
  expect(isFetchable("https://idp.example.com/.well-known")).toBe(true);
  expect(isEgress("http://s3.example.com", false)).toBe(false);
  expect(isEgress("https://s3.example.com:9000", false)).toBe(true);
  expect(isEgress("http://127.0.0.1:9000", true)).toBe(true);
});
