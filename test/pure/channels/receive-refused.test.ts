/** Pushes that are rejected: the wrong mode, forgeries, ciphertexts of other apps, stale pushes. */
import { afterEach, describe, it, vi } from "vitest";
import { receivePush } from "../../../worker/channels/mini-program/receive-push.ts";
import { MAX_WIRE_LENGTH } from "../../../worker/channels/wechat/push/wire.ts";
import { APP, encrypt } from "./independent-crypt.ts";
import { credentials, envelopePush, NOW, plainPush, receive, refused, securePush } from "./pushes.ts";
import { MESSAGES } from "./samples.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

describe("the push mode", () => {
  for (const format of ["xml", "json"] as const) {
    it(`refuses plaintext where encryption is expected, ${format}`, async ({ expect }) => {
      for (const expected of ["secure", "compatible"] as const) {
        const problem = refused({ reason: "push_mode_mismatch", expected, came: "plaintext" });
        expect(await receive(plainPush(MESSAGES.text[format]), expected)).toEqual(problem);
      }
    });

    it(`refuses encryption where plaintext is expected, ${format}`, async ({ expect }) => {
      const problem = refused({ reason: "push_mode_mismatch", expected: "plain", came: "encrypted" });
      expect(await receive(securePush(MESSAGES.text[format], format), "plain")).toEqual(problem);
    });
  }

  it("never lets `signature` stand in for `msg_signature`", async ({ expect }) => {
    const push = securePush(MESSAGES.text.xml, "xml");
    const { msg_signature, ...withoutIt } = push.query;
    const missing = refused({ reason: "missing_parameter", name: "msg_signature" });
    expect(await receive({ ...push, query: withoutIt }, "secure")).toEqual(missing);
    const swapped = { ...push.query, msg_signature: push.query.signature };
    expect(await receive({ ...push, query: swapped }, "secure")).toEqual(refused({ reason: "bad_signature" }));
    expect(msg_signature).not.toBe(push.query.signature);
  });
});

describe("a forged push", () => {
  it("is refused for its signature before anything is decrypted", async ({ expect }) => {
    const decrypt = vi.spyOn(crypto.subtle, "decrypt");
    const push = securePush(MESSAGES.text.xml, "xml", { token: "a guess" });
    expect(await receive(push, "secure")).toEqual(refused({ reason: "bad_signature" }));
    const genuine = securePush(MESSAGES.text.xml, "xml");
    const other = securePush(MESSAGES.image.xml, "xml");
    expect(await receive({ ...genuine, body: other.body }, "secure")).toEqual(refused({ reason: "bad_signature" }));
    for (const change of [{ timestamp: "1" }, { nonce: "1" }]) {
      const query = { ...genuine.query, ...change };
      expect(await receive({ ...genuine, query }, "secure")).toEqual(refused({ reason: "bad_signature" }));
    }
    expect(decrypt).not.toHaveBeenCalled();
  });

  it("is refused in plain mode for its signature", async ({ expect }) => {
    const push = plainPush(MESSAGES.text.xml, { token: "a guess" });
    expect(await receive(push, "plain")).toEqual(refused({ reason: "bad_signature" }));
  });

  it("is refused for another app's id, under the current and the previous key", async ({ expect }) => {
    for (const aesKey of [APP.aesKey, APP.previousAesKey]) {
      for (const appid of ["wxanother", "", `${APP.appid}0`, APP.appid.toUpperCase()]) {
        const push = securePush(MESSAGES.text.xml, "xml", { aesKey, appid });
        expect(await receive(push, "secure")).toEqual(refused({ reason: "wrong_appid" }));
      }
    }
  });

  for (const [mode, name] of [
    ["secure", "timestamp"],
    ["secure", "nonce"],
    ["plain", "timestamp"],
    ["plain", "nonce"],
    ["plain", "signature"],
  ] as const) {
    it(`is refused in ${mode} mode without ${name}`, async ({ expect }) => {
      const push = mode === "plain" ? plainPush(MESSAGES.text.xml) : securePush(MESSAGES.text.xml, "xml");
      const query = { ...push.query, [name]: undefined };
      expect(await receive({ ...push, query }, mode)).toEqual(refused({ reason: "missing_parameter", name }));
    });
  }

  it("is refused when its body is not an envelope", async ({ expect }) => {
    const { query } = securePush(MESSAGES.text.xml, "xml");
    const cases: readonly (readonly [string, object])[] = [
      ["", { reason: "unknown_format" }],
      ["<xml><Encrypt>", { format: "xml", reason: "malformed" }],
      ["{", { format: "json", reason: "malformed" }],
      ["<!DOCTYPE xml><xml><Encrypt>a</Encrypt></xml>", { format: "xml", reason: "declaration" }],
      ["<xml><Encrypt>a</Encrypt><Encrypt>b</Encrypt></xml>", { format: "xml", reason: "bad_encrypt" }],
    ];
    for (const [body, problem] of cases) {
      expect(await receive({ query, body }, "secure")).toEqual(refused({ reason: "bad_envelope", problem }));
    }
  });

  it("is refused when it is too long, in any mode and before any work", async ({ expect }) => {
    const digest = vi.spyOn(crypto.subtle, "digest");
    const body = `<xml>${" ".repeat(MAX_WIRE_LENGTH)}</xml>`;
    for (const mode of ["secure", "compatible", "plain"] as const) {
      const problem = refused({ reason: "bad_envelope", problem: { reason: "too_large" } });
      expect(await receive(plainPush(body), mode)).toEqual(problem);
    }
    expect(digest).not.toHaveBeenCalled();
  });
});

describe("a ciphertext that does not open", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["is no base64", "###", "bad_base64"],
    ["is empty", "", "bad_length"],
    ["is one block", Buffer.alloc(16).toString("base64"), "bad_length"],
    ["is not UTF-8 inside", encrypt(APP.aesKey, Buffer.from([0xff]), APP.appid), "bad_utf8"],
    ["is of a key we do not have", encrypt("Z".repeat(43), "{}", APP.appid), "bad_padding"],
  ];
  for (const [what, encrypted, reason] of cases) {
    it(`is refused although its signature is valid, when it ${what}`, async ({ expect }) => {
      const problem = refused({ reason: "decrypt_failed", problem: { reason } });
      expect(await receive(envelopePush(encrypted, "xml"), "secure")).toEqual(problem);
    });
  }

  it("is an error of the configuration when there is no key", async ({ expect }) => {
    const { query, body } = securePush("{}", "json");
    const keyless = { ...credentials("secure"), aesKeys: [] };
    await expect(receivePush(query, body, keyless, NOW, 0)).rejects.toThrow("needs an EncodingAESKey");
  });
});

describe("the age of an encrypted push", () => {
  const at = (timestamp: string, mode: "secure" | "compatible", maxAgeMs = 900_000) =>
    receive(securePush(MESSAGES.text.xml, "xml", { timestamp }), mode, 1_760_000_000_000, maxAgeMs);

  for (const mode of ["secure", "compatible"] as const) {
    it(`is limited in both directions, in ${mode} mode`, async ({ expect }) => {
      for (const timestamp of ["1760000000", "1759999100", "1760000900"]) {
        expect(await at(timestamp, mode)).toMatchObject({ ok: true });
      }
      expect(await at("1759999099", mode)).toEqual(refused({ reason: "stale", ageMs: 901_000 }));
      expect(await at("1760000901", mode)).toEqual(refused({ reason: "stale", ageMs: -901_000 }));
      expect(await at("1759999939", mode, 60_000)).toEqual(refused({ reason: "stale", ageMs: 61_000 }));
      expect(await at("981173106", mode)).toEqual(refused({ reason: "stale", ageMs: 778_826_894_000 }));
    });
  }

  it("is not checked when the limit is off", async ({ expect }) => {
    for (const timestamp of ["981173106", "4102444800", "1760000000000", "now"]) {
      expect(await at(timestamp, "secure", 0)).toMatchObject({ ok: true });
    }
  });

  it("must be a number of seconds", async ({ expect }) => {
    for (const timestamp of ["now", "-1760000000", "1.76e9", " 1760000000", "1760000000000"]) {
      expect(await at(timestamp, "secure")).toEqual(refused({ reason: "stale" }));
    }
  });

  it("is checked after the signature, before anything is decrypted", async ({ expect }) => {
    const decrypt = vi.spyOn(crypto.subtle, "decrypt");
    const forged = securePush(MESSAGES.text.xml, "xml", { timestamp: "981173106", token: "a guess" });
    expect(await receive(forged, "secure")).toEqual(refused({ reason: "bad_signature" }));
    expect(await at("981173106", "secure")).toMatchObject({ error: { reason: "stale" } });
    expect(decrypt).not.toHaveBeenCalled();
  });
});

describe("freshness in plain mode", () => {
  const at = (timestamp: string) => receive(plainPush(MESSAGES.text.xml, { timestamp }), "plain", 1_760_000_000_000, 0);

  it("is 300 s in both directions, also when the age of encrypted pushes is not checked", async ({ expect }) => {
    for (const timestamp of ["1760000000", "1759999700", "1760000300"]) {
      expect(await at(timestamp)).toMatchObject({ ok: true });
    }
    expect(await at("1759999699")).toEqual(refused({ reason: "stale", ageMs: 301_000 }));
    expect(await at("1760000301")).toEqual(refused({ reason: "stale", ageMs: -301_000 }));
  });

  it("refuses a timestamp that is not a number", async ({ expect }) => {
    for (const timestamp of ["", "now", "NaN", "Infinity", "-1760000000", "1.76e9", " 1760000000", "0x68e77880"]) {
      expect(await at(timestamp)).toEqual(refused({ reason: "stale" }));
    }
  });
});
