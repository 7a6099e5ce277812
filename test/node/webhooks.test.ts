import { createHmac } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, it } from "vitest";
import { startStack, type Stack } from "../../scripts/lib/stack.ts";
import { TEST_PORTS, freeTestPort } from "../support/ports.ts";

const KEY = Buffer.from("edge-kefu-webhooks-test-secret!!");
const SECRET = `whsec_${KEY.toString("base64")}`;

interface Arrived {
  readonly path: string;
  readonly id: string;
  readonly type: string;
  readonly openid: string;
  readonly signed: boolean;
}

type Respond = (response: ServerResponse, count: number) => void;

/** A real receiver: it checks signatures with Node's HMAC, and each test sets how it answers. */
const arrived: Arrived[] = [];
let respond: Respond;
const taken: Respond = (response) => response.writeHead(204).end();

const receiver = createServer((request, response) => void take(request, response));
let receiverUrl: string;
let stack: Stack;

async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const body = Buffer.concat(chunks).toString("utf8");
  const header = (name: string) => String(request.headers[name] ?? "");
  const id = header("webhook-id");
  const content = `${id}.${header("webhook-timestamp")}.${body}`;
  const expected = `v1,${createHmac("sha256", KEY).update(content).digest("base64")}`;
  const { type, data }: { type: string; data: { user: string } } = JSON.parse(body);
  const signed = header("webhook-signature").split(" ").includes(expected);
  arrived.push({ path: request.url ?? "", id, type, openid: data.user, signed });
  respond(response, arrived.length);
}

const typesOf = (openid: string) => arrived.filter((event) => event.openid === openid).map(({ type }) => type);
const answersTo = async (openid: string) =>
  (await stack.control.chat(openid)).lines.filter((line) => line.from === "service").map((line) => line.text);

async function useSettings(changes: Readonly<Record<string, unknown>>): Promise<void> {
  const settings = {
    webhooks: [{ id: "shop", url: `${receiverUrl}/hook`, events: ["message.received", "message.sent"] }],
    fallback: { type: "reply", messages: [{ type: "text", content: "收到" }] },
    ...changes,
  };
  const stored = await stack.api("PUT", "/api/v1/settings", { defaults: settings }, { "if-match": "*" });
  if (!stored.ok) throw new Error(await stored.text());
}

beforeAll(async () => {
  const port = await freeTestPort();
  await new Promise<void>((resolve) => receiver.listen(port, "127.0.0.1", resolve));
  receiverUrl = `http://127.0.0.1:${port}`;
  stack = await startStack({
    portsFrom: TEST_PORTS,
    vars: { WEBHOOK_SECRET: SECRET, WEBHOOK_ALLOW_PRIVATE: "1" },
  });
});
afterEach(() => {
  arrived.length = 0;
});
afterAll(async () => {
  await stack.stop();
  receiver.closeAllConnections();
  receiver.close();
});

describe("a real receiver", () => {
  it("receives a message and its answer, signed, without requesting them", async ({ expect }) => {
    respond = taken;
    await useSettings({});
    await stack.control.text("oCalm", "你好");
    await expect.poll(() => typesOf("oCalm"), { timeout: 15_000 }).toEqual(["message.received", "message.sent"]);
    expect(arrived.every(({ signed }) => signed)).toBe(true);
  });

  it("that fails, hangs, redirects and answers garbage finally gets each event, in order", async ({ expect }) => {
    const elsewhere: string[] = [];
    respond = (response, count) => {
      if (count === 1) return response.writeHead(503, { "retry-after": "1" }).end("busy");
      if (count === 2) return response.writeHead(302, { location: `${receiverUrl}/elsewhere` }).end();
      // Hangs: the worker ends the call after five seconds.
      if (count === 3) return undefined;
      return response.writeHead(200, { "content-type": "text/html" }).end("<html>".repeat(10_000));
    };
    await useSettings({});
    const started = Date.now();
    await stack.control.text("oTrouble", "你好");
    await expect.poll(() => answersTo("oTrouble")).toEqual(["收到"]);
    expect(Date.now() - started).toBeLessThan(5_000);
    await expect
      .poll(() => typesOf("oTrouble").includes("message.sent"), { timeout: 90_000, interval: 500 })
      .toBe(true);
    await sleep(2_000);
    elsewhere.push(...arrived.map(({ path }) => path).filter((path) => path !== "/hook"));
    expect(elsewhere).toEqual([]);
    expect(typesOf("oTrouble")).toEqual([...Array(4).fill("message.received"), "message.sent"]);
    expect(new Set(arrived.map(({ id }) => id)).size).toBe(2);
    expect(arrived.every(({ signed }) => signed)).toBe(true);
  });

  it("that a rule calls returns the answer, or the next rule applies", async ({ expect }) => {
    const asking = { id: "orders", match: { type: "anything" }, action: { type: "webhook", webhookId: "shop" } };
    await useSettings({ rules: [asking], webhooks: [{ id: "shop", url: `${receiverUrl}/ask`, events: [] }] });
    respond = (response) => response.end(JSON.stringify({ messages: [{ type: "text", content: "在路上" }] }));
    await stack.control.text("oAsk", "订单到哪了");
    await expect.poll(() => answersTo("oAsk")).toEqual(["在路上"]);
    respond = (response) => response.end("<html>garbage</html>");
    await stack.control.text("oAskGarbage", "你好");
    await expect.poll(() => answersTo("oAskGarbage")).toEqual(["收到"]);
    respond = () => {};
    const started = Date.now();
    const push = await stack.control.text("oAskHang", "你好");
    expect(push.outcome).toBe("acknowledged");
    expect(Date.now() - started).toBeLessThan(4_500);
    await expect.poll(() => answersTo("oAskHang")).toEqual(["收到"]);
    expect(arrived.map(({ type }) => type)).toEqual(Array(3).fill("message.answer"));
  });
});
