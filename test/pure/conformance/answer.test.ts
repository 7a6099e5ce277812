/** How the suite classifies answers to a push, and which errors it finds in a handover (WECHAT.md §1.6–1.9). */
import { describe, it } from "vitest";
import { judge, type Answer } from "../../conformance/answer.ts";
import { encrypt, layOut, pad, sign } from "../../conformance/crypt.ts";
import type { Reply } from "../../conformance/http.ts";
import { buildPush, nowSeconds, type PushMode } from "../../conformance/push.ts";
import { writeFields, type PushFormat, type WireTree } from "../../conformance/wire.ts";

const target = {
  url: "http://push.test/",
  appid: "wx0123456789abcdef",
  token: "conformancetoken",
  aesKey: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
  account: "gh_1",
};
const message = {
  ToUserName: "gh_1",
  FromUserName: "oUser",
  CreateTime: 1,
  MsgType: "text",
  Content: "人工",
  MsgId: 1n,
};
const right = {
  ToUserName: "oUser",
  FromUserName: "gh_1",
  CreateTime: nowSeconds(),
  MsgType: "transfer_customer_service",
};

function answered(text: string, status = 200): Reply {
  const body = Buffer.from(text);
  return { kind: "answer", status, headers: {}, body, text, ms: 1 };
}

function judged(reply: Reply, mode: PushMode = "secure", format: PushFormat = "xml"): Answer {
  const at = { ...target, mode };
  return judge(at, buildPush(at, format, message), reply);
}

/** A valid envelope, with some fields changed. */
function sealed(fields: WireTree, changes: WireTree = {}, appid = target.appid): string {
  const encrypted = encrypt(
    target.aesKey,
    pad(layOut(Buffer.from(writeFields(fields, "xml")), appid, Buffer.alloc(16))),
  );
  const TimeStamp = nowSeconds();
  const MsgSignature = sign([target.token, String(TimeStamp), "n", encrypted]);
  return writeFields({ Encrypt: encrypted, MsgSignature, TimeStamp, Nonce: "n", ...changes }, "xml");
}

/** The aspects that are wrong about a hand-over. */
function aspectsOf(answer: Answer): readonly string[] {
  if (answer.kind !== "handover") throw new Error(`not a hand-over: ${answer.kind}`);
  return answer.flaws.map(({ aspect }) => aspect);
}

describe("an answer", () => {
  it.for([
    ["success", answered("success"), "success"],
    ["an empty body", answered(""), "empty"],
    ["an empty body with 204", answered("", 204), "empty"],
    ["success with a line end", answered("success\n"), "wrong"],
    ["success in quotes", answered('"success"'), "wrong"],
    ["a web page", answered("<html></html>"), "wrong"],
    ["success with 500", answered("success", 500), "refused"],
    ["a redirect", answered("", 302), "refused"],
    ["a passive text", answered(writeFields({ ...right, MsgType: "text", Content: "hi" }, "xml")), "wrong"],
    ["a passive text, encrypted", answered(sealed({ ...right, MsgType: "text", Content: "hi" })), "wrong"],
    ["none in time", { kind: "timeout", ms: 5_000 }, "lost"],
    ["a broken connection", { kind: "network", code: "ECONNRESET" }, "lost"],
  ] as const)("that is %s", ([, reply, kind], { expect }) => {
    expect(judged(reply).kind).toBe(kind);
  });
});

describe("a handover", () => {
  it("is right when encrypted and signed, with the users swapped", ({ expect }) => {
    const answer = judged(answered(sealed(right)));
    expect(answer).toEqual({ kind: "handover", flaws: [], user: "oUser" });
  });

  it("is right in compatible mode with or without encryption", ({ expect }) => {
    expect(aspectsOf(judged(answered(sealed(right)), "compatible"))).toEqual([]);
    expect(aspectsOf(judged(answered(writeFields(right, "xml")), "compatible"))).toEqual([]);
  });

  it.for([
    ["not encrypted in secure mode", writeFields(right, "xml"), ["encrypted"]],
    ["users not swapped", sealed({ ...right, ToUserName: "gh_1", FromUserName: "oUser" }), ["fields", "fields"]],
    ["CreateTime in quotes", sealed({ ...right, CreateTime: String(right.CreateTime) }), ["fields"]],
    ["CreateTime in milliseconds", sealed({ ...right, CreateTime: Date.now() }), ["times"]],
    ["another signature", sealed(right, { MsgSignature: "0".repeat(40) }), ["envelope"]],
    ["no Nonce", sealed(right, { Nonce: "" }), ["envelope"]],
    ["another appid", sealed(right, {}, "wx0000000000000000"), ["cipher"]],
    ["a ciphertext of nothing", sealed(right, { Encrypt: "AAAA" }), ["envelope", "cipher"]],
  ] as const)("is found wrong: %s", ([, body, aspects], { expect }) => {
    expect(aspectsOf(judged(answered(body)))).toEqual(aspects);
  });

  it("is found wrong when it is XML for a JSON push, or encrypted in plain mode", ({ expect }) => {
    expect(aspectsOf(judged(answered(sealed(right)), "secure", "json"))).toEqual(["format"]);
    expect(aspectsOf(judged(answered(sealed(right)), "plain"))).toEqual(["encrypted"]);
  });
});
