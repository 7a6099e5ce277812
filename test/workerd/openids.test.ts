/** Pushes and the API accept the same form of openids: every stored user can be addressed, and no others. */
import { listDurableObjectIds } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, it, vi } from "vitest";
import { formatAddress } from "../../shared/message/address.ts";
import { seeded } from "../support/seeded.ts";
import { addressOf, API_KEY, APPID, emulatedApp, playWeChat } from "../support/workerd.ts";
import { bodyOf, call, send } from "./api-client.ts";
import { useWorker } from "./each-test.ts";

/** The keys are used alternately: the rate limit is 600 calls per minute and key. */
const KEYS = [API_KEY, "other-key-0123456789abcdef"] as const;

useWorker({ clock: "now" });

/** Returns a conversation's address for a path: a user id with a colon cannot be used without the account. */
const idOf = (openid: string) => encodeURIComponent(formatAddress(addressOf(openid)));
const pathOf = (openid: string) => `/api/v1/conversations/${idOf(openid)}`;
const countObjects = async () => (await listDurableObjectIds(env.CONVERSATION)).length;

const STARTED = Date.now();
let seconds = 0;
let messages = 0;

/** Pushes a text. The test writes the fields, because the emulator accepts only openids of WeChat's form. */
async function pushText(openid: string, content: string, format: "xml" | "json" = "json"): Promise<string> {
  messages += 1;
  const createTime = Math.floor(Date.now() / 1_000);
  const msgId = String(9_000_000_000 + messages);
  const json = { ToUserName: "gh_1", FromUserName: openid, CreateTime: createTime, MsgType: "text", Content: content };
  const cdata = (text: string) => `<![CDATA[${text}]]>`;
  const xml =
    `<xml><ToUserName>${cdata("gh_1")}</ToUserName><FromUserName>${cdata(openid)}</FromUserName>` +
    `<CreateTime>${createTime}</CreateTime><MsgType>${cdata("text")}</MsgType>` +
    `<Content>${cdata(content)}</Content><MsgId>${msgId}</MsgId></xml>`;
  const plaintext = format === "json" ? JSON.stringify({ ...json, MsgId: msgId }) : xml;
  const app = playWeChat({ apps: [emulatedApp(APPID, "secure", format)] });
  const push = await app.text("oSender", content, { overrides: { plaintext } });
  return push.outcome;
}

/** Pushes a text of the user, then reads, exports, sends to and erases the user. @returns the answers */
async function useEveryRoute(openid: string, format: "xml" | "json") {
  const path = pathOf(openid);
  const content = `hello ${messages}`;
  const key = KEYS[messages % 2] ?? API_KEY;
  // A push dated in the same second as the erasure is not stored.
  seconds += 2;
  vi.setSystemTime(STARTED + seconds * 1_000);
  const pushed = await pushText(openid, content, format);
  const view = await call("GET", path, { key });
  const rows = await call("GET", `${path}/messages`, { key });
  const exported = await call("GET", `${path}/export`, { key });
  const lines = new TextDecoder().decode(await exported.arrayBuffer());
  const sent = await send(idOf(openid), { type: "text", content: "hi" }, { key });
  const replayed = await call("POST", `${path}/webhooks/none/replay`, { json: { after: 0 }, key });
  const erased = await call("DELETE", path, { key });
  const after = await call("GET", path, { key });
  return {
    pushed,
    statuses: [view, rows, exported, sent, replayed, erased, after].map(({ status }) => status),
    isExported: lines.includes(content),
    replay: (await bodyOf(replayed))["code"],
  };
}

const REACHED = {
  pushed: "acknowledged",
  statuses: [200, 200, 200, 202, 404, 204, 404],
  isExported: true,
  replay: "webhook_not_found",
};

const ODD = [
  "a/b",
  "o:colon",
  "x".repeat(100),
  "y".repeat(128),
  "...",
  ".a",
  "a.",
  "%",
  "%41",
  "%2F",
  "%252F",
  "%zz",
  "a%",
  "?a=b#c",
  "a\\b",
  '"',
  "'",
  "<b>",
  "&amp;",
  "a+b",
  "[0]",
  "{openid}",
  ":openid",
  "*",
  "/",
  "//",
  "../..",
  "/messages",
  "a/export",
  "~",
  `${APPID}:o`,
  "__proto__",
];

describe("a user of any openid a push is stored for", () => {
  it.for(ODD.slice(0, 16))("can be read, exported, sent to and erased: %s, as XML", async (openid, { expect }) => {
    expect(await useEveryRoute(openid, "xml")).toEqual(REACHED);
  });

  it.for(ODD)("can be read, exported, sent to and erased: %s, as JSON", async (openid, { expect }) => {
    expect(await useEveryRoute(openid, "json")).toEqual(REACHED);
  });

  it("can be read, exported, sent to and erased, whatever visible ASCII characters it has", async ({ expect }) => {
    const random = seeded(20_261_123);
    for (let round = 0; round < 40; round += 1) {
      const length = random.chance(0.3) ? random.int(1, 3) : random.int(1, 128);
      const codes = Array.from({ length }, () => random.int(0x21, 0x7e));
      const openid = String.fromCharCode(...codes);
      if (openid === "." || openid === "..") continue;
      expect(await useEveryRoute(openid, "json"), openid).toEqual(REACHED);
    }
  });

  it("has a separate conversation, also when openids differ only in colons and slashes", async ({ expect }) => {
    const users = ["p", "p:q", "p/q", "p%2Fq", "p%3Aq", ":p", "p:"];
    for (const openid of users) expect(await pushText(openid, `of ${openid}`)).toBe("acknowledged");
    for (const openid of users) {
      const { rows } = await (await call("GET", pathOf(openid))).json<{ rows: unknown[] }>();
      expect(rows, openid).toMatchObject([{ content: { content: `of ${openid}` } }]);
    }
  });
});

describe("a push from an openid that no URL can contain", () => {
  it.for([".", "..", "z".repeat(129), "o b", "o\u00e9", "用户", "o\u0000", "o\n"])(
    "%j is acknowledged, kept for the operator and makes no conversation",
    async (openid, { expect }) => {
      // Some of the erased users have an openid that is a single character, or a word that every push contains.
      seconds += 2;
      vi.setSystemTime(STARTED + seconds * 1_000);
      const before = await countObjects();
      const text = `from no user ${messages}`;
      expect(await pushText(openid, text)).toBe("acknowledged");
      const { entries } = await (await call("GET", "/api/v1/quarantine")).json<{ entries: { body: string }[] }>();
      expect(entries[0]?.body).toContain(text);
      expect(await countObjects()).toBe(before);
    },
  );
});

describe("the API", () => {
  it.for(["z".repeat(129), "o b", "用户", "o\u0000"])(
    "refuses the user %j and names the field",
    async (openid, { expect }) => {
      const response = await call("GET", pathOf(openid));
      expect(response.status).toBe(422);
      expect(await bodyOf(response)).toMatchObject({ code: "invalid_field", field: "id" });
    },
  );
});
