/** The suite's own cryptography against the vectors of WECHAT.md §2.4. */
import { describe, it } from "vitest";
import { decrypt, encrypt, layOut, pad, sign } from "../../conformance/crypt.ts";
import vectors from "../channels/vectors.json" with { type: "json" };

describe("the vectors", () => {
  for (const { id, parts, expect: expected } of vectors.sha1) {
    it(`signs ${id}`, ({ expect }) => {
      expect(sign(parts)).toBe(expected);
    });
  }

  for (const vector of vectors.crypt) {
    it(`opens and makes ${vector.id}, whose pad is ${vector.pad}`, ({ expect }) => {
      expect(decrypt(vector.key, vector.encrypt)).toEqual({ text: vector.plaintext, receiveId: vector.receiveId });
      const layout = layOut(Buffer.from(vector.plaintext), vector.receiveId, Buffer.from(vector.random));
      expect(encrypt(vector.key, pad(layout))).toBe(vector.encrypt);
      expect(pad(layout).length - layout.length).toBe(vector.pad);
    });
  }
});

describe("an answer that contradicts the documents", () => {
  const key = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
  const layout = layOut(Buffer.from("hello"), "wx0123456789abcdef", Buffer.alloc(16));

  it("is found when it is padded to 16 only", ({ expect }) => {
    const short = Buffer.concat([layout, Buffer.alloc(5, 5)]);
    expect(short.length % 16).toBe(0);
    expect(decrypt(key, encrypt(key, short))).toBe("bad_length");
  });

  it("is found when its padding bytes differ", ({ expect }) => {
    const bytes = pad(layout);
    bytes.writeUInt8(0, bytes.length - 2);
    expect(decrypt(key, encrypt(key, bytes))).toBe("bad_padding");
  });

  it("is found when its length counts characters of another text", ({ expect }) => {
    const bytes = pad(layout);
    bytes.writeUInt32BE(1_000, 16);
    expect(decrypt(key, encrypt(key, bytes))).toBe("bad_layout");
  });
});
