// Secrets at rest: they open for whom they were sealed, and for nobody else.
import { env } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { readMasterKey, seal, unseal } from "../../src/catalog/sealing.ts";
import { systemSeams } from "../../src/env.ts";

const label = { purpose: "access-key", recordId: "AKIAEXAMPLE" };
const place = { env, seams: systemSeams };

describe("sealing", () => {
  it("gives back what was sealed, and hides it", async () => {
    const sealed = await seal(place, label, "s3cr3t/with+ünicode");
    expect(sealed).toMatch(/^v1\.[0-9a-f]{8}\.[A-Za-z0-9+/=]+\.[A-Za-z0-9+/=]+$/);
    expect(sealed).not.toContain("s3cr3t");
    expect(await unseal(env, label, sealed)).toBe("s3cr3t/with+ünicode");
  });

  it("seals the same secret differently each time", async () => {
    expect(await seal(place, label, "x")).not.toBe(await seal(place, label, "x"));
  });

  it("does not open for another record or purpose", async () => {
    const sealed = await seal(place, label, "secret");
    await expect(unseal(env, { ...label, recordId: "AKIAOTHER" }, sealed)).rejects.toThrow(
      "does not open",
    );
    await expect(unseal(env, { ...label, purpose: "webhook" }, sealed)).rejects.toThrow(
      "does not open",
    );
  });

  it("does not open after a change of any character of nonce, ciphertext or tag", async () => {
    const sealed = await seal(place, label, "secret");
    const start = sealed.indexOf(".", 3) + 1;
    for (let at = start; at < sealed.length; at += 1) {
      const old = sealed.charAt(at);
      if (old === "." || old === "=") continue;
      // Two steps away in the alphabet changes a bit that base64 does not throw away.
      const changed = sealed.slice(0, at) + (old === "A" ? "Q" : "A") + sealed.slice(at + 1);
      if (changed === sealed) continue;
      await expect(unseal(env, label, changed), `character ${at}`).rejects.toThrow("does not open");
    }
  });

  it("says so when another master key is needed, or the format is unknown", async () => {
    const sealed = await seal(place, label, "secret");
    const other = { ...env, MASTER_KEY: btoa("another master key of 32 bytes!!") };
    await expect(unseal(other, label, sealed)).rejects.toThrow("needs another MASTER_KEY");
    await expect(unseal(env, label, "plain secret")).rejects.toThrow("unknown format");
    await expect(unseal(env, label, `${sealed}.more`)).rejects.toThrow("unknown format");
  });
});

describe("readMasterKey", () => {
  it("accepts 32 bytes of base64", () => {
    expect(readMasterKey(env.MASTER_KEY)).toHaveLength(32);
  });

  it.each([
    ["absent", undefined, "is not set"],
    ["empty", "", "is not set"],
    ["hex with a dash", "00-11", "is not base64"],
    ["too short", btoa("short"), "must hold 32 bytes, not 5"],
    ["too long", btoa("x".repeat(33)), "must hold 32 bytes, not 33"],
  ])("refuses a key that is %s, without quoting it", (_name, text, message) => {
    const read = () => readMasterKey(text);
    expect(read).toThrow(message);
    if (text) expect(read).not.toThrow(text);
  });
});
