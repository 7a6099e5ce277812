/** WXBizMsgCrypt: the vectors of WECHAT.md §2.4, every length and pad, and malformed input. */
import * as fc from "fast-check";
import { afterEach, describe, it, vi } from "vitest";
import { cipherFor, createCipher, isAesKey } from "../../../worker/channels/wechat/push/crypt.ts";
import { APP, decrypt, encrypt, encryptBlocks, encryptLayout } from "./independent-crypt.ts";
import vectors from "./vectors.json" with { type: "json" };

const RANDOM = Buffer.from("0123456789abcdef");
const cipher = await createCipher(APP.aesKey);

/** The random part and a length. */
function head(length: number): Buffer {
  const bytes = Buffer.alloc(20, "r");
  bytes.writeUInt32BE(length, 16);
  return bytes;
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe("the vectors", () => {
  for (const vector of vectors.crypt) {
    it(`opens ${vector.id}, whose pad is ${vector.pad}`, async ({ expect }) => {
      const { open } = await createCipher(vector.key);
      const value = { text: vector.plaintext, receiveId: vector.receiveId };
      expect(await open(vector.encrypt)).toEqual({ ok: true, value });
      expect(decrypt(vector.key, vector.encrypt).pad).toBe(vector.pad);
    });

    it(`seals ${vector.id} to the same bytes`, async ({ expect }) => {
      const { seal } = await createCipher(vector.key);
      expect(await seal(vector.plaintext, vector.receiveId, Buffer.from(vector.random))).toBe(vector.encrypt);
    });
  }
});

describe("open and seal", () => {
  it("agree with an independent implementation for lengths 0 to 200, which cover every pad from 1 to 32", async ({
    expect,
  }) => {
    const pads = new Set<number>();
    for (let length = 0; length <= 200; length++) {
      const text = "x".repeat(length);
      const sealed = await cipher.seal(text, APP.appid, RANDOM);
      expect(sealed).toBe(encrypt(APP.aesKey, text, APP.appid));
      expect(await cipher.open(sealed)).toEqual({ ok: true, value: { text, receiveId: APP.appid } });
      pads.add(decrypt(APP.aesKey, sealed).pad);
    }
    expect([...pads].sort((a, b) => a - b)).toEqual(Array.from({ length: 32 }, (_, index) => index + 1));
  });

  it("return any text and id", async ({ expect }) => {
    const text = fc.string({ unit: "binary", maxLength: 300 }).map((value) => value.toWellFormed());
    const random = fc.uint8Array({ minLength: 16, maxLength: 16 });
    await fc.assert(
      fc.asyncProperty(text, text, random, async (message, receiveId, bytes) => {
        const sealed = await cipher.seal(message, receiveId, bytes);
        expect(await cipher.open(sealed)).toEqual({ ok: true, value: { text: message, receiveId } });
      }),
    );
  });

  it("count the length in bytes and accept invalid UTF-8 in the random part", async ({ expect }) => {
    const sealed = await cipher.seal("中文😀", APP.appid, new Uint8Array(16).fill(0xff));
    expect(await cipher.open(sealed)).toEqual({ ok: true, value: { text: "中文😀", receiveId: APP.appid } });
  });

  it("keep a BOM, as it was sealed", async ({ expect }) => {
    const opened = await cipher.open(encrypt(APP.aesKey, "\uFEFF{}", APP.appid));
    expect(opened).toMatchObject({ ok: true, value: { text: "\uFEFF{}" } });
  });

  it("accept 100 000 characters", async ({ expect }) => {
    const text = "长".repeat(100_000);
    expect(await cipher.open(encrypt(APP.aesKey, text, APP.appid))).toMatchObject({ ok: true, value: { text } });
  });

  it("need exactly 16 random bytes", async ({ expect }) => {
    await expect(cipher.seal("x", APP.appid, new Uint8Array(15))).rejects.toThrow("16 random bytes, got 15");
    await expect(cipher.seal("x", APP.appid, new Uint8Array(17))).rejects.toThrow("16 random bytes, got 17");
  });
});

describe("open refuses", () => {
  const good = encrypt(APP.aesKey, "hello", APP.appid);

  const cases: readonly (readonly [string, string, string])[] = [
    ["what is not base64", "not base64!", "bad_base64"],
    ["a stray character that Buffer would skip", `${good.slice(0, 8)}*${good.slice(8)}`, "bad_base64"],
    ["a line break inside", `${good.slice(0, 8)}\n${good.slice(8)}`, "bad_base64"],
    ["the URL alphabet", encryptLayout(APP.aesKey, head(0)).replace(/[+/]|.(?=.{3}$)/, "-"), "bad_base64"],
    ["a missing padding character", good.replace(/=+$/, "").slice(0, -1), "bad_base64"],
    ["nothing", "", "bad_length"],
    ["one block", Buffer.alloc(16).toString("base64"), "bad_length"],
    ["a length that is no multiple of 16", Buffer.alloc(40).toString("base64"), "bad_length"],
    ["a truncated message", Buffer.from(good, "base64").subarray(0, -16).toString("base64"), "bad_padding"],
    ["another key's message", encrypt(APP.previousAesKey, "hello", APP.appid), "bad_padding"],
    ["a pad of 0", encryptBlocks(APP.aesKey, Buffer.alloc(32, 0)), "bad_padding"],
    ["a pad of 33", encryptBlocks(APP.aesKey, Buffer.alloc(64, 33)), "bad_padding"],
    [
      "a pad whose bytes differ",
      encryptBlocks(APP.aesKey, Buffer.concat([head(8), Buffer.alloc(8), Buffer.from([9, 4, 4, 4])])),
      "bad_padding",
    ],
    ["a pad that leaves no room for the head", encryptBlocks(APP.aesKey, Buffer.alloc(32, 13)), "bad_plaintext"],
    ["nothing but pad", encryptBlocks(APP.aesKey, Buffer.alloc(32, 32)), "bad_plaintext"],
    [
      "a length beyond the end",
      encryptLayout(APP.aesKey, Buffer.concat([head(3), Buffer.from("ab")])),
      "bad_plaintext",
    ],
    ["the greatest length there is", encryptLayout(APP.aesKey, head(0xffffffff)), "bad_plaintext"],
    ["a text that is not UTF-8", encrypt(APP.aesKey, Buffer.from([0xe4, 0xbd]), APP.appid), "bad_utf8"],
    ["an overlong encoding", encrypt(APP.aesKey, Buffer.from([0xc0, 0xaf]), APP.appid), "bad_utf8"],
    ["an id that is not UTF-8", encryptLayout(APP.aesKey, Buffer.concat([head(0), Buffer.from([0xff])])), "bad_utf8"],
  ];
  for (const [what, encrypted, reason] of cases) {
    it(`${what}: ${reason}`, async ({ expect }) => {
      expect(await cipher.open(encrypted)).toEqual({ ok: false, error: { reason } });
    });
  }

  it("anything at all without throwing", async ({ expect }) => {
    const blocks = fc
      .uint8Array({ minLength: 32, maxLength: 128 })
      .map((bytes) => Buffer.from(bytes).toString("base64"));
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.base64String(), blocks), async (encrypted) => {
        const opened = await cipher.open(encrypted);
        expect(opened.ok ? "opened" : opened.error.reason).toMatch(/^(opened|bad_\w+)$/);
      }),
    );
  });

  it("with decrypt_failed when the platform itself fails", async ({ expect }) => {
    vi.spyOn(crypto.subtle, "decrypt").mockRejectedValue(new DOMException("no", "OperationError"));
    expect(await cipher.open(good)).toEqual({ ok: false, error: { reason: "decrypt_failed" } });
  });
});

describe("keys", () => {
  it("are 43 characters of base64", ({ expect }) => {
    expect(isAesKey(APP.aesKey)).toBe(true);
    expect(isAesKey(`${"+/".repeat(21)}A`)).toBe(true);
    for (const bad of [
      "",
      APP.aesKey.slice(1),
      `${APP.aesKey}A`,
      `${APP.aesKey}=`,
      `${APP.aesKey}\n`,
      "_".repeat(43),
    ]) {
      expect(isAesKey(bad)).toBe(false);
    }
  });

  it("may have any two spare bits in the last character", async ({ expect }) => {
    const sealed = encrypt(APP.aesKey, "hello", APP.appid);
    for (const last of "EFGH") {
      const { open } = await createCipher(APP.aesKey.slice(0, -1) + last);
      expect(await open(sealed)).toMatchObject({ ok: true, value: { text: "hello" } });
    }
  });

  it("that are malformed throw, without being quoted", async ({ expect }) => {
    const secret = "much too short a key";
    const failure: unknown = await createCipher(secret).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    expect(String(failure)).toContain("43 characters");
    expect(String(failure)).not.toContain(secret);
  });

  it("are imported once and kept", async ({ expect }) => {
    const importKey = vi.spyOn(crypto.subtle, "importKey");
    const key = `kept${"a".repeat(39)}`;
    const [first, second] = await Promise.all([cipherFor(key), cipherFor(key)]);
    expect(first).toBe(second);
    expect(await cipherFor(key)).toBe(first);
    expect(importKey).toHaveBeenCalledTimes(1);
  });

  it("are cached for at most 16 keys; the oldest is removed first", async ({ expect }) => {
    const key = (index: number) => `full${String(index).padStart(2, "0")}${"a".repeat(37)}`;
    for (let index = 0; index < 17; index++) await cipherFor(key(index));
    const importKey = vi.spyOn(crypto.subtle, "importKey");
    await cipherFor(key(16));
    await cipherFor(key(1));
    expect(importKey).not.toHaveBeenCalled();
    await cipherFor(key(0));
    expect(importKey).toHaveBeenCalledTimes(1);
  });
});
