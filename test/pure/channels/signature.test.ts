/** Signatures: the published vectors, the sort order, the comparison. */
import * as fc from "fast-check";
import { describe, it } from "vitest";
import { equalConstantTime, signParts, verifySignature } from "../../../worker/channels/wechat/push/signature.ts";
import { sha1 } from "./independent-crypt.ts";
import vectors from "./vectors.json" with { type: "json" };

describe("signParts", () => {
  for (const { id, parts, expect: expected } of vectors.sha1) {
    it(`returns the published signature of ${id}`, async ({ expect }) => {
      expect(await signParts(parts)).toBe(expected);
      expect(await signParts(parts.toReversed())).toBe(expected);
    });
  }

  it("returns the published msg_signature of every encrypted vector that has one", async ({ expect }) => {
    let signed = 0;
    for (const { token, timestamp, nonce, encrypt, msgSignature } of vectors.crypt) {
      if (timestamp === null || nonce === null) continue;
      expect(await signParts([token, timestamp, nonce, encrypt])).toBe(msgSignature);
      signed += 1;
    }
    expect(signed).toBe(10);
  });

  it("sorts by code unit, where a locale would put upper case after lower case", async ({ expect }) => {
    expect(["a", "B"].toSorted((left, right) => left.localeCompare(right))).toEqual(["a", "B"]);
    expect(await signParts(["a", "B"])).toBe(sha1("Ba"));
  });

  it("does not change the caller's list", async ({ expect }) => {
    const parts = ["c", "a", "b"];
    await signParts(parts);
    expect(parts).toEqual(["c", "a", "b"]);
  });

  it("agrees with an independent implementation", async ({ expect }) => {
    const text = fc.string({ unit: "binary" }).map((value) => value.toWellFormed());
    await fc.assert(
      fc.asyncProperty(fc.array(text, { maxLength: 5 }), async (parts) => {
        expect(await signParts(parts)).toBe(sha1(...parts));
      }),
    );
  });
});

describe("equalConstantTime", () => {
  it("agrees with === for well-formed texts", ({ expect }) => {
    const text = fc.string({ unit: "grapheme" });
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(equalConstantTime(a, a)).toBe(true);
        expect(equalConstantTime(a, b)).toBe(a === b);
      }),
    );
  });

  it("is false for a prefix, a longer text, an empty one, and a difference at any single position", ({ expect }) => {
    const signature = "f464b24fc39322e44b38aa78f5edd27bd1441696";
    expect(equalConstantTime(signature, signature.slice(0, -1))).toBe(false);
    expect(equalConstantTime(signature.slice(0, -1), signature)).toBe(false);
    expect(equalConstantTime(signature, `${signature}\0`)).toBe(false);
    expect(equalConstantTime(signature, "")).toBe(false);
    expect(equalConstantTime("", signature)).toBe(false);
    for (let index = 0; index < signature.length; index++) {
      const changed = `${signature.slice(0, index)}x${signature.slice(index + 1)}`;
      expect(equalConstantTime(signature, changed)).toBe(false);
    }
  });
});

describe("verifySignature", () => {
  it("accepts the right signature and no other", async ({ expect }) => {
    const [vector] = vectors.sha1;
    const parts = vector?.parts ?? [];
    expect(await verifySignature(parts, vector?.expect ?? "")).toBe(true);
    expect(await verifySignature(parts, vector?.expect.toUpperCase() ?? "")).toBe(false);
    expect(await verifySignature([...parts, "x"], vector?.expect ?? "")).toBe(false);
    expect(await verifySignature(parts, "")).toBe(false);
  });
});
