/**
 * A server as the popular guides describe it: Express and xml2js in one process. The guides' decryption does not work;
 * this one does, on bytes. Two modes, by environment:
 *
 * - `REPLY=inline`: as in the guides. No signature check, no dedupe; the reply is sent before the push is acknowledged.
 * - `DEDUPE=1`: checks the signature and stores the MsgId durably in SQLite before the push is acknowledged; no reply
 * is sent.
 */
import express from "express";
import { createDecipheriv, createHash } from "node:crypto";
import { Agent, request as httpRequest } from "node:http";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import * as v from "valibot";
import { parseStringPromise } from "xml2js";
import { BENCH_APP } from "../lib/push.ts";

const { PORT = "", REPLY = "", DEDUPE = "", API = "", FOLDER = "" } = process.env;

const Pushed = v.object({
  xml: v.looseObject({
    Encrypt: v.optional(v.string()),
    MsgId: v.optional(v.string()),
    FromUserName: v.optional(v.string()),
    Content: v.optional(v.string()),
  }),
});
const Signed = v.object({ timestamp: v.string(), nonce: v.string(), msg_signature: v.string() });
const Token = v.object({ access_token: v.string() });

const key = Buffer.from(`${BENCH_APP.aesKey}=`, "base64");
// Node's own client with keep-alive connections: the clients used in the guides are not faster.
const agent = new Agent({ keepAlive: true });
const isNew = DEDUPE === "" ? () => true : openDedupe(join(FOLDER, "seen.sqlite"));
let token: string | undefined;

const app = express();
app.use(express.text({ type: "text/xml" }));
// oxlint-disable-next-line oxc/no-async-endpoint-handlers -- Express 5 handles a rejected handler as an error
app.post("/wechat/message", async (request, response) => {
  const { Encrypt = "" } = await parse(request.body);
  if (DEDUPE !== "" && !isSigned(request.query, Encrypt)) return response.status(403).send("forbidden");
  const message = await parse(decrypt(Encrypt));
  if (isNew(message.MsgId ?? "") && REPLY === "inline") {
    await sendText(message.FromUserName ?? "", `感谢您的留言：${message.Content ?? ""}，我们会尽快处理。`);
  }
  return response.send("success");
});
app.listen(Number(PORT), "127.0.0.1");

async function parse(text: unknown): Promise<v.InferOutput<typeof Pushed>["xml"]> {
  return v.parse(Pushed, await parseStringPromise(v.parse(v.string(), text), { explicitArray: false })).xml;
}

function isSigned(query: unknown, encrypt: string): boolean {
  const { timestamp, nonce, msg_signature: expected } = v.parse(Signed, query);
  const parts = [BENCH_APP.token, timestamp, nonce, encrypt].toSorted();
  return createHash("sha1").update(parts.join("")).digest("hex") === expected;
}

function decrypt(encrypted: string): string {
  const decipher = createDecipheriv("aes-256-cbc", key, key.subarray(0, 16)).setAutoPadding(false);
  const padded = Buffer.concat([decipher.update(encrypted, "base64"), decipher.final()]);
  const plain = padded.subarray(0, padded.length - (padded.at(-1) ?? 0));
  const end = 20 + plain.readUInt32BE(16);
  if (plain.toString("utf8", end) !== BENCH_APP.appid) throw new Error("the push is for another app");
  return plain.toString("utf8", 20, end);
}

/**
 * Opens the record of seen messages.
 *
 * @returns a function that stores a MsgId and returns whether it is new. As durable as an object's storage: the row is
 *   on disk before the push is acknowledged.
 */
function openDedupe(file: string): (msgId: string) => boolean {
  const database = new DatabaseSync(file);
  database.exec("pragma journal_mode = wal; pragma synchronous = full");
  database.exec("create table seen(id text primary key, at integer not null) without rowid");
  const insert = database.prepare("insert or ignore into seen(id, at) values (?, ?)");
  return (msgId) => insert.run(msgId, Date.now()).changes > 0;
}

async function sendText(touser: string, content: string): Promise<void> {
  token ??= v.parse(Token, await callApi("/cgi-bin/token", {})).access_token;
  await callApi(`/cgi-bin/message/custom/send?access_token=${token}`, { touser, msgtype: "text", text: { content } });
}

function callApi(path: string, body: object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const call = httpRequest(`${API}${path}`, { method: "POST", agent }, (answer) => {
      let text = "";
      answer.on("data", (data) => (text += String(data)));
      answer.on("end", () => resolve(JSON.parse(text)));
    });
    call.on("error", reject);
    call.end(JSON.stringify(body));
  });
}
