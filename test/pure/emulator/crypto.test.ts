/**
 * The vectors of WECHAT.md §2.4, word for word, against the emulator's signing and encryption.
 */
import * as fc from "fast-check";
import { Buffer } from "node:buffer";
import { describe, it } from "vitest";
import { decrypt, encrypt, sign } from "../../../emulator/crypto.ts";
import { open } from "./harness.ts";

const SHA1 = [
  {
    id: "V1",
    parts: ["AAAAA", "1714036504", "1514711492"],
    expect: "f464b24fc39322e44b38aa78f5edd27bd1441696",
  },
  {
    id: "V2",
    parts: ["AAAAA", "1714037059", "486452656"],
    expect: "899cf89e464efb63f54ddac96b0a0a235f53aa78",
  },
  {
    id: "V3s",
    parts: ["AAAAA", "1714112445", "415670741"],
    expect: "6c5c811b55cc85e0e1b54100749188c20beb3f5d",
  },
];

const CRYPT = [
  {
    id: "V3",
    token: "AAAAA",
    key: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    receiveId: "wxba5fad812f8e6fb9",
    timestamp: "1714112445",
    nonce: "415670741",
    encrypt:
      "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04=",
    msgSignature: "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3",
    random: "a8eedb185eb2fecf",
    plaintext:
      '{"ToUserName":"gh_97417a04a28d","FromUserName":"o9AgO5Kd5ggOC-bXrbNODIiE3bGY","CreateTime":1714112445,"MsgType":"event","Event":"debug_demo","debug_str":"hello world"}',
  },
  {
    id: "V4",
    token: "AAAAA",
    key: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    receiveId: "wxba5fad812f8e6fb9",
    timestamp: "1713424427",
    nonce: "415670741",
    encrypt: "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ==",
    msgSignature: "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1",
    random: "707722b803182950",
    plaintext: '{"demo_resp":"good luck"}',
  },
  {
    id: "V5",
    token: "pamtest",
    key: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
    receiveId: "wxb11529c136998cb6",
    timestamp: null,
    nonce: null,
    encrypt: "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg==",
    msgSignature: null,
    random: "aaaabbbbccccdddd",
    plaintext: "我是中文abcd123",
  },
  {
    id: "V6",
    token: "QDG6eK",
    key: "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",
    receiveId: "wx5823bf96d3bd56c7",
    timestamp: "1409659589",
    nonce: "263014780",
    encrypt: "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==",
    msgSignature: "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3",
    random: "c41b64491c2468d0",
    plaintext: "1616140317555161061",
  },
  {
    id: "V7",
    token: "spamtest",
    key: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
    receiveId: "wx2c2769f8efd9abc2",
    timestamp: "1409735669",
    nonce: "1320562132",
    encrypt:
      "hyzAe4OzmOMbd6TvGdIOO6uBmdJoD0Fk53REIHvxYtJlE2B655HuD0m8KUePWB3+LrPXo87wzQ1QLvbeUgmBM4x6F8PGHQHFVAFmOD2LdJF9FrXpbUAh0B5GIItb52sn896wVsMSHGuPE328HnRGBcrS7C41IzDWyWNlZkyyXwon8T332jisa+h6tEDYsVticbSnyU8dKOIbgU6ux5VTjg3yt+WGzjlpKn6NPhRjpA912xMezR4kw6KWwMrCVKSVCZciVGCgavjIQ6X8tCOp3yZbGpy0VxpAe+77TszTfRd5RJSVO/HTnifJpXgCSUdUue1v6h0EIBYYI1BD1DlD+C0CR8e6OewpusjZ4uBl9FyJvnhvQl+q5rv1ixrcpCumEPo5MJSgM9ehVsNPfUM669WuMyVWQLCzpu9GhglF2PE=",
    msgSignature: "5d197aaffba7e9b25a30732f161a50dee96bd5fa",
    random: "89465c840c5f116f",
    plaintext:
      "<xml><ToUserName><![CDATA[gh_10f6c3c3ac5a]]></ToUserName>\n<FromUserName><![CDATA[oyORnuP8q7ou2gfYjqLzSIWZf0rs]]></FromUserName>\n<CreateTime>1409735668</CreateTime>\n<MsgType><![CDATA[text]]></MsgType>\n<Content><![CDATA[abcdteT]]></Content>\n<MsgId>6054768590064713728</MsgId>\n</xml>",
  },
  {
    id: "V8",
    token: "spamtest",
    key: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
    receiveId: "wx2c2769f8efd9abc2",
    timestamp: "1410349438",
    nonce: "298025754",
    encrypt:
      "mfBCs65c67CeJw22u4VT2TD73q5H06+ocrAIxswCaeZ/d/Lw0msSZFHY0teqgSYiI1zR2gD2DKrB3TIrmX/liNSDrGqS8jSI/WPeKB5VPr7Ezr7gomZAyGCwJSgT1TRFWPfONGJMxuj2nk4faTuspAuVIFQ6SHwZuJBZC7mcJp7Cgr9cUhATQWDbOPaE7ukZBTV2YqyzH+UI2AK+J1S47cE79k1RX8t0hcTz/O0hlK8DGXKnvYv88qKQcI7z4iaajqHfRVZKBNyOODabs+It+ZfM3dWTeFcPgDbGtIEnpt/EDtuuA/zMvtkaKdHdswPnVZQ+xdwbYr3ldGvfT8HlEYEgkgKaThxTFobVlwzu2ZkXCjicbP3xdr15Iq48ObgzPpqYuZ3IEoyggZDKClquk0u0orMck4GTF/XyE8yGzc4=",
    msgSignature: "003fee52ecc56afb46c00b5c7721be87860ce785",
    random: "78b55f1d91440c6b",
    plaintext:
      "<xml><ToUserName><![CDATA[gh_10f6c3c3ac5a]]></ToUserName>\n<FromUserName><![CDATA[oyORnuP8q7ou2gfYjqLzSIWZf0rs]]></FromUserName>\n<CreateTime>1410349438</CreateTime>\n<MsgType><![CDATA[text]]></MsgType>\n<Content><![CDATA[abcdteT]]></Content>\n<MsgId>6057404712141979648</MsgId>\n</xml>",
  },
  {
    id: "V9",
    token: "AAAAA",
    key: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    receiveId: "wx134c8103faa5a59e",
    timestamp: "1715943329",
    nonce: "1590219412",
    encrypt:
      "D7yzvUNAL930rd28wf21s4hvXhz0L6Uit/p2Di6C5DHyYGpEgdBRnKjBec34JwoQXicwaZC7fOVihW80F4VtsdvE//1vr7oAbqjDv8KenVp+ajKYpJnyQ4zMRhIC+a31fCVOMC03FfzV/QuC94kBP55a+Za3sJgvAn+ZbsNqZI5DkyuzkhQN8OBqCzFhizGmy0xpM0MEA4agpvE+RuNO1rhHTtuJB5yltw1FiYzecSXJ+y/D2r81VkRn2eYjh2ltsoyfbDR7Is6ookXIFxTfyeNyeHxMeT4KN5WpCDmSbTcUYrbBUlkGLJ9n/rU8YOywma6G7aTb7KZKOqCxgfoUlYEZPk4FUL/TK7ShriFDMVCLyjQJ15Ob++agDWtcxhfUfe6HIoIpRW8mKNBQiY/Jd1svvuskA1wLef1RTtzKfMpagSCX/laZINmdnX4zrF6kIaR9P4xQrWXbsTFHTYe0Mg==",
    msgSignature: "6c12a4205838198b8fa631b3220723bb07f1015c",
    random: "1205899eaf019bbd",
    plaintext:
      "<xml><ToUserName><![CDATA[gh_97417a04a28d]]></ToUserName>\n<FromUserName><![CDATA[o9AgO5Kd5ggOC-bXrbNODIiE3bGY]]></FromUserName>\n<CreateTime>1715943329</CreateTime>\n<MsgType><![CDATA[event]]></MsgType>\n<Event><![CDATA[debug_demo]]></Event>\n<debug_str><![CDATA[hello world]]></debug_str>\n</xml>",
  },
  {
    id: "E1",
    token: "pamtest",
    key: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
    receiveId: "wxb11529c136998cb6",
    timestamp: "1409304348",
    nonce: "xxxxxx",
    encrypt: "jn1L23DB+6ELqJ+6bruv2zXbgiurrt9LQN2lZGYSFo8FOOYoD0OpE3T3l+R4uvlzToenSEyurHYKSgCCl/pl9g==",
    msgSignature: "ee50e89c61fb4ce809a20f28416fb39565832eb8",
    random: "aaaabbbbccccdddd",
    plaintext: '{"a":1234}',
  },
  {
    id: "E2",
    token: "pamtest",
    key: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
    receiveId: "wxb11529c136998cb6",
    timestamp: "1409304348",
    nonce: "xxxxxx",
    encrypt: "jn1L23DB+6ELqJ+6bruv2/52RBqlN84lZWkubDyj69ldpx52PJpullhertiYNH6y+xfkkghEBo2FiQNnfmjpsw==",
    msgSignature: "bbf509659f68ef6e8fc01a7a4215faa15c7bd270",
    random: "aaaabbbbccccdddd",
    plaintext: '{"a":123}',
  },
  {
    id: "E3",
    token: "pamtest",
    key: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
    receiveId: "wxb11529c136998cb6",
    timestamp: "1409304348",
    nonce: "xxxxxx",
    encrypt:
      "jn1L23DB+6ELqJ+6bruv223lEwoJn1WiAMw/C/R2nAfCyQTVNmPm59MLtES0mtXyL0K4yATRUVkO6Ji0/KTqgrG0ggA/Uhr6Q9dUvd1jW4Isnt+K8StPV05FK60ujktA",
    msgSignature: "903687472afb12b69cc0b042eca4bad255fa7c0e",
    random: "aaaabbbbccccdddd",
    plaintext: '{"MsgType":"text","x":"y"}',
  },
  {
    id: "E4",
    token: "pamtest",
    key: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
    receiveId: "wxb11529c136998cb6",
    timestamp: "1409304348",
    nonce: "xxxxxx",
    encrypt: "jn1L23DB+6ELqJ+6bruv28c6gMfAou2esY9EedU0qgIJkT4mTHk1EvauUWmDMxg1mJGchExXU9AWWPeENVTnoQ==",
    msgSignature: "603865bef67a74f2b7e591bff87e6c533c92c418",
    random: "aaaabbbbccccdddd",
    plaintext: "中文😀",
  },
];

const AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

describe("sign", () => {
  it.for(SHA1)("returns the published hash of $id", ({ parts, expect: hash }, { expect }) => {
    expect(sign(parts)).toBe(hash);
  });

  it.for(CRYPT.filter(({ msgSignature }) => msgSignature !== null))(
    "signs the ciphertext of $id",
    (vector, { expect }) => {
      const { token, timestamp, nonce, encrypt: cipher, msgSignature } = vector;
      expect(sign([token, timestamp ?? "", nonce ?? "", cipher])).toBe(msgSignature);
    },
  );
});

describe("decrypt", () => {
  it("accepts only base64 of the standard alphabet with its padding", ({ expect }) => {
    const random = new Uint8Array(16);
    // One whose base64 has both characters in which base64url differs.
    const texts = Array.from({ length: 200 }, (_, number) => Buffer.from(`text ${number}`));
    const sealed = texts.map((text) => encrypt(AES_KEY, "wx0", text, random));
    const cipher = sealed.find((text) => text.includes("+") && text.includes("/") && text.endsWith("=")) ?? "";
    expect(decrypt(AES_KEY, cipher).ok).toBe(true);
    const url = cipher.replaceAll("+", "-").replaceAll("/", "_");
    for (const other of [url, cipher.replace(/=+$/, ""), ` ${cipher}`, `${cipher}\n`, `!${cipher}`, `${cipher}=`]) {
      expect(decrypt(AES_KEY, other)).toStrictEqual({ ok: false, error: expect.stringContaining("standard alphabet") });
    }
  });

  it.for(CRYPT)("opens $id", ({ key, encrypt: cipher, plaintext, receiveId }, { expect }) => {
    expect(decrypt(key, cipher)).toStrictEqual({ ok: true, value: { message: plaintext, receiveId } });
  });

  it("reports why a ciphertext is invalid", ({ expect }) => {
    expect(decrypt(AES_KEY, "")).toStrictEqual({ ok: false, error: "the ciphertext is not a multiple of 32 bytes" });
    expect(decrypt(AES_KEY, Buffer.alloc(48).toString("base64")).ok).toBe(false);
    expect(decrypt(AES_KEY, Buffer.alloc(64, 7).toString("base64")).ok).toBe(false);
  });

  it("refuses a message that is not UTF-8", ({ expect }) => {
    const cipher = encrypt(AES_KEY, "wx1", Uint8Array.of(0xff, 0xfe), new Uint8Array(16));
    expect(decrypt(AES_KEY, cipher)).toStrictEqual({ ok: false, error: "the message is not UTF-8" });
  });
});

describe("encrypt", () => {
  it.for(CRYPT)("creates $id byte for byte", ({ key, encrypt: cipher, plaintext, receiveId, random }, { expect }) => {
    expect(encrypt(key, receiveId, Buffer.from(plaintext), Buffer.from(random))).toBe(cipher);
  });

  it("creates ciphertexts that WebCrypto opens, for any text and padding", async ({ expect }) => {
    const message = fc.string({ unit: "grapheme", maxLength: 80 });
    await fc.assert(
      fc.asyncProperty(message, fc.uint8Array({ minLength: 16, maxLength: 16 }), async (text, random) => {
        const cipher = encrypt(AES_KEY, "wx1111111111111111", Buffer.from(text), random);
        expect(await open(AES_KEY, cipher)).toStrictEqual({ text, receiveId: "wx1111111111111111" });
        expect(decrypt(AES_KEY, cipher)).toMatchObject({ ok: true, value: { message: text } });
      }),
    );
  });
});
