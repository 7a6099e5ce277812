/** Texts sealed with DATA_KEY: the values they are bound to, and the changes that are detected. */
import * as fc from "fast-check";
import { Buffer } from "node:buffer";
import * as crypto from "node:crypto";
import { describe, it } from "vitest";
import { createTextSealer, loadTextSealer, sealWith } from "../../../worker/platform/sealed-text.ts";

const KEY = Buffer.alloc(32, 7).toString("base64");
const OLD = Buffer.alloc(32, 9).toString("base64");
const AT = { place: "desk:sessions", row: "c1-9f" };
const TEXT = "手机13800138000";

async function sealerOf(...keys: readonly string[]) {
  const loaded = await loadTextSealer(keys);
  if (!loaded.ok) throw new Error("these keys can seal");
  return loaded.value;
}

describe("a sealed text", () => {
  it("has the defined value for a known key, vector and place", ({ expect }) => {
    const key = { id: "k1", bytes: Buffer.alloc(32, 7) };
    const iv = Buffer.from("000102030405060708090a0b", "hex");
    const sealed = sealWith(crypto, key, iv, { place: "conv:c1", row: "msg:1" }, TEXT);
    const data = Buffer.from("/ghiloGz6HpPgtWt0WBcytFeC0AwhovRd1Ioj9UsnVoy", "base64");
    expect(sealed).toBe(`v1.k1.${iv.toString("base64url")}.${data.toString("base64url")}`);
    const sealer = createTextSealer(crypto, [key]);
    expect(sealer.open({ place: "conv:c1", row: "msg:1" }, sealed)).toEqual({ ok: true, value: TEXT });
  });

  it("opens to the same text, for any text, and differs each time", async ({ expect }) => {
    const sealer = await sealerOf(KEY);
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), fc.string(), fc.string(), (text, place, row) => {
        const sealed = sealer.seal({ place, row }, text);
        expect(sealed).toMatch(/^v1\.[\w-]{8}\.[\w-]{16}\.[\w-]{22,}$/);
        expect(sealer.open({ place, row }, sealed)).toEqual({ ok: true, value: text.toWellFormed() });
        expect(sealer.seal({ place, row }, text)).not.toBe(sealed);
      }),
    );
  });

  it("opens only in its own row and place", async ({ expect }) => {
    const sealer = await sealerOf(KEY);
    fc.assert(
      fc.property(
        fc.tuple(fc.string(), fc.string()),
        fc.tuple(fc.string(), fc.string()),
        ([place, row], [otherPlace, otherRow]) => {
          fc.pre(place !== otherPlace || row !== otherRow);
          const sealed = sealer.seal({ place, row }, TEXT);
          const moved = sealer.open({ place: otherPlace, row: otherRow }, sealed);
          expect(moved).toEqual({ ok: false, error: { reason: "not_authentic" } });
        },
      ),
    );
    const sealed = sealer.seal({ place: "a|b", row: "c" }, TEXT);
    expect(sealer.open({ place: "a", row: "b|c" }, sealed)).toMatchObject({ error: { reason: "not_authentic" } });
    expect(sealer.open({ place: "a%7Cb", row: "c" }, sealed)).toMatchObject({ error: { reason: "not_authentic" } });
  });

  it("does not open when any of its characters is changed", async ({ expect }) => {
    const sealer = await sealerOf(KEY);
    const sealed = sealer.seal(AT, TEXT);
    for (let at = 0; at < sealed.length; at += 1) {
      const other = sealed[at] === "A" ? "B" : "A";
      const opened = sealer.open(AT, sealed.slice(0, at) + other + sealed.slice(at + 1));
      expect(opened.ok, `character ${at}`).toBe(false);
    }
    expect(sealer.open(AT, sealed.slice(0, -1)).ok).toBe(false);
  });

  it.for(["", "v1", TEXT, "v1.k1.iv.data", "v2.abcdefgh.abcdefghijklmnop.abcdefghijklmnopqrstuv", "{}"])(
    "is invalid in a form like %s",
    async (text, { expect }) => {
      const sealer = await sealerOf(KEY);
      expect(sealer.open(AT, text)).toEqual({ ok: false, error: { reason: "malformed" } });
    },
  );

  it("has no unused bits", async ({ expect }) => {
    const sealer = await sealerOf(KEY);
    // 15 bytes and the tag: 31 bytes, whose last character has two spare bits.
    const sealed = sealer.seal(AT, "123456789012345");
    const last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const spare = last[last.indexOf(sealed.at(-1) ?? "") + 1] ?? "";
    expect(sealer.open(AT, sealed.slice(0, -1) + spare)).toMatchObject({ error: { reason: "malformed" } });
  });
});

describe("the key of a sealed text", () => {
  it("may be the previous one, which is reported as not current", async ({ expect }) => {
    const sealed = (await sealerOf(OLD)).seal(AT, TEXT);
    const sealer = await sealerOf(KEY, OLD);
    expect(sealer.open(AT, sealed)).toEqual({ ok: true, value: TEXT });
    expect(sealer.isCurrent(sealed)).toBe(false);
    const again = sealer.seal(AT, TEXT);
    expect(sealer.isCurrent(again)).toBe(true);
    expect((await sealerOf(KEY)).open(AT, again)).toEqual({ ok: true, value: TEXT });
  });

  it("is named when it is not configured any more", async ({ expect }) => {
    const old = await sealerOf(OLD);
    const opened = (await sealerOf(KEY)).open(AT, old.seal(AT, TEXT));
    expect(opened).toEqual({ ok: false, error: { reason: "unknown_key", keyId: old.keyId } });
  });

  it("has the same id whenever it is set, and no part of it is in the id", async ({ expect }) => {
    const [first, second] = [await sealerOf(KEY), await sealerOf(KEY.replace("=", ""), OLD)];
    expect(first.keyId).toBe(second.keyId);
    expect(first.keyId).not.toBe((await sealerOf(OLD)).keyId);
    expect(KEY).not.toContain(first.keyId);
  });

  it("must be set", async ({ expect }) => {
    expect(await loadTextSealer([])).toEqual({ ok: false, error: { reason: "no_key" } });
  });
});

describe("a sealed file", () => {
  it("opens again to any bytes, in its own place only, also with the previous key", async ({ expect }) => {
    const [old, sealer, other] = [await sealerOf(OLD), await sealerOf(KEY, OLD), await sealerOf(KEY)];
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const sealed = old.sealBytes(AT, bytes);
        expect(sealer.openBytes(AT, sealed)).toEqual({ ok: true, value: new Uint8Array(bytes) });
        expect(sealer.openBytes({ ...AT, row: "c2" }, sealed)).toMatchObject({ error: { reason: "not_authentic" } });
        expect(other.openBytes(AT, sealed)).toMatchObject({ error: { reason: "unknown_key", keyId: old.keyId } });
      }),
    );
  });

  it("shows every changed byte, and begins with version, key and vector", async ({ expect }) => {
    const sealer = await sealerOf(KEY);
    const sealed = sealer.sealBytes(AT, Buffer.from("bytes"));
    expect(Buffer.from(sealed).toString("latin1")).toMatch(new RegExp(`^v1\\.${sealer.keyId}\\.[\\w-]{16}\\.`));
    for (const [at] of sealed.entries()) {
      const changed = sealed.with(at, (sealed[at] ?? 0) ^ 1);
      expect(sealer.openBytes(AT, changed).ok, `byte ${at}`).toBe(false);
    }
    expect(sealer.openBytes(AT, sealed.subarray(0, 20))).toMatchObject({ error: { reason: "malformed" } });
    expect(sealer.openBytes(AT, new Uint8Array())).toMatchObject({ error: { reason: "malformed" } });
  });
});
