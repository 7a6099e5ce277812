/**
 * Every place where something is stored: docs/storage.md names it, data of a user is put into it, and after the user
 * was erased no data of the user is left in any.
 */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeAll, describe, it, vi } from "vitest";
import storage from "../../docs/storage.md?raw";
import { accountMemory } from "../../worker/account/memory.ts";
import { BATCH_DELAY_MS } from "../../worker/conversation/core/consumer-cursor.ts";
import { REPORT_DELAY_MS } from "../../worker/conversation/core/session/consumers.ts";
import { settingsMemory } from "../../worker/settings/reader.ts";
import { healthMemory } from "../../worker/webhooks/health-reader.ts";
import { must } from "../support/conversation.ts";
import { createReceiver, URL_OF } from "../support/receiver.ts";
import {
  account,
  archiveObject,
  auditObject,
  captureLog,
  conversation,
  pass,
  playWeChat,
  remote,
  ring,
  settingsObject,
  tablesIn,
} from "../support/workerd.ts";
import { call, erase, PNG, send, useSilentSettings } from "./api-client.ts";
import { desk, deskObject } from "./desk-play.ts";
import { prefixOf, readBucket, readKv } from "./stored-outside.ts";

const USER = "oCanary_6bmjrPTlm6-2sgVt7hMZ";
const WORDS = "canary-words";
/** Returns what must not be left: the user's openid, the user's words, the first 12 digits of the conversation's id. */
const canaries = () => [USER, WORDS, conversation(USER).id.toString().slice(0, 12)];
const hasCanary = (text: string) => canaries().some((canary) => text.includes(canary));

/** A picture with the user's words in it. */
const PICTURE = btoa(String.fromCharCode(...PNG) + WORDS);

/** The place that keeps the conversation's id longer than a day. */
const AUDITED = "Audit table entries";
/** The places that remember for a day that the conversation was erased, by its id. */
const REMEMBERED = ["Archive table erased", "Desk table state"];

/** The classes of objects. */
const OBJECTS = ["Conversation", "Account", "Settings", "Desk", "Archive", "Audit"] as const;

/** A row of the table "Erase" in docs/storage.md. */
interface Place {
  readonly name: string;
  readonly holds: string;
  readonly erased: string;
}

const SOURCES = import.meta.glob("../../worker/**/*.ts", { query: "?raw", import: "default", eager: true });

/** All that is stored, by place. */
type Snapshot = ReadonlyMap<string, string>;

/** Returns the rows of the tables whose first column has this header, without backticks. */
function tableRows(text: string, header: string): readonly (readonly string[])[] {
  const lines = text.split("\n");
  const cells = (line: string) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll("`", ""));
  return lines.flatMap((line, at) => {
    if (!line.startsWith("|") || cells(line)[0] !== header) return [];
    const end = lines.findIndex((later, index) => index > at && !later.startsWith("|"));
    return lines.slice(at + 2, end).map(cells);
  });
}

function section(title: string): string {
  return storage.split(/^## /m).find((part) => part.startsWith(`${title}\n`)) ?? "";
}

function documented(): readonly Place[] {
  return tableRows(section("Erase"), "Place").map(([name = "", holds = "", erased = ""]) => ({ name, holds, erased }));
}

/** Returns the places that the other sections describe, by the names that the table uses for them. */
function describedElsewhere(): readonly string[] {
  const objects = OBJECTS.flatMap((name) => {
    const text = section(`Durable Object \`${name}\``);
    const keys = tableRows(text, "Key").map(([key = ""]) => `${name} entry ${key}`);
    const tables = tableRows(text, "Table").map(([table = ""]) => `${name} table ${table}`);
    const inline = [...text.matchAll(/^\*\*Table `(\w+)`\*\*/gm)].map(([, table = ""]) => `${name} table ${table}`);
    return keys.concat(tables, inline);
  });
  const kv = tableRows(section("Workers KV"), "Key").map(([key = ""]) => `KV ${prefixOf(key)}`);
  const others = tableRows(storage, "Place").map(([name = ""]) => name);
  return [...objects, ...kv, ...others.filter((name) => !/^(?:Durable Object|Workers KV)/.test(name))];
}

function readObject(name: (typeof OBJECTS)[number]): Promise<readonly (readonly [string, string])[]> {
  const stubs = {
    Account: account(),
    Conversation: conversation(USER),
    Settings: settingsObject(),
    Archive: archiveObject(),
    Desk: deskObject(),
    Audit: auditObject(),
  };
  const stub = stubs[name];
  return runInDurableObject<DurableObject, readonly (readonly [string, string])[]>(stub, (_object, { storage }) => {
    const entries = [...storage.kv.list()].map(
      ([key, value]) => [`${name} entry ${key}`, JSON.stringify(value)] as const,
    );
    return [
      ...entries,
      ...tablesIn(storage).map(
        (table) =>
          [
            `${name} table ${table}`,
            JSON.stringify(storage.sql.exec(`select * from ${table}`).toArray(), asText),
          ] as const,
      ),
    ];
  });
}

/** For `JSON.stringify`: replaces binary values by their text. */
function asText(_key: string, value: unknown): unknown {
  return value instanceof ArrayBuffer ? new TextDecoder().decode(value) : value;
}

/** Reads all stored data and this isolate's caches. */
async function takeSnapshot(): Promise<Snapshot> {
  const memory = JSON.stringify([[...accountMemory], [...healthMemory], settingsMemory]);
  const all = [
    ...(await Promise.all(OBJECTS.map(readObject))).flat(),
    ...(await readKv()),
    ...(await readBucket()),
    ["isolate memory", memory] as const,
  ];
  const places = new Map<string, string>();
  for (const [place, text] of all) places.set(place, `${places.get(place) ?? ""}${text}`);
  return places;
}

function placesWithCanary(snapshot: Snapshot): readonly string[] {
  return [...snapshot]
    .filter(([, text]) => hasCanary(text))
    .map(([name]) => name)
    .toSorted();
}

/** Returns an event of which only the head can be parsed; the user is named in the rest. */
const damagedXml = (seconds: number) =>
  `<xml><CreateTime>${seconds}</CreateTime><MsgType>event</MsgType><Event>wxa_complaint</Event>` +
  `<Remark><![CDATA[${WORDS} ]]></Remark><Remark> ${USER}]]></Remark></xml>`;

/** The team's push server answers with the data it has about the user. */
const relayedTo = { "old.example.com": async () => new Response(JSON.stringify({ openid: USER, said: WORDS })) };

async function plantRelayed(): Promise<Resend> {
  const vars = { WECHAT_FORWARD_KINDS: "text,forwarded_*", WECHAT_FORWARD_URL: "https://old.example.com/" };
  const wechat = playWeChat({ vars, hosts: relayedTo, switches: { retries: 0 } });
  const pushes = [
    await wechat.text(USER, "forwarded"),
    await wechat.event("oPlatform", "forwarded_event"),
    await wechat.event("oPlatform", "forwarded_of_user", { OpenId: USER }),
    await wechat.event("oPlatform", "forwarded_late", { OpenId: USER }, { deliver: false }),
  ];
  return async () => {
    for (const { id } of pushes) await wechat.redeliver({ id });
  };
}

/** Repeats every earlier push, and delivers the late ones for the first time. */
type Resend = () => Promise<void>;

const shop = createReceiver();

/**
 * Makes two sessions, the first of which is closed, and an agent's draft; waits for the reports to desk and archive.
 */
async function plantSession(): Promise<void> {
  const id = conversation(USER).id.toString();
  const { log } = must(await remote(USER).head());
  const requested = { type: "request", queue: { team: null, isOffline: false } } as const;
  await remote(USER).command({ id: "request", log, action: requested, desk: { isOpen: true } }, "holder");
  const { session, to } = must(await remote(USER).snapshot());
  const end = { session: session.open?.seq ?? 0, version: session.version };
  await remote(USER).command(
    { id: "end", log, action: { type: "close", reason: "agent", seenSeq: to, ...end } },
    "end",
  );
  await remote(USER).command({ id: "again", log, action: requested, desk: { isOpen: true } }, "holder");
  await until(async () => hasCanary((await takeSnapshot()).get("Desk table state") ?? ""));
  await desk().saveDraft("a1", id, log, { text: WORDS, mode: "reply" });
  pass(REPORT_DELAY_MS);
  await ring(USER);
}

/** Does everything by which a user's data is stored. @returns a function that delivers the pushes after the erasure */
async function plant(): Promise<Resend> {
  const resendRelayed = await plantRelayed();
  const wechat = playWeChat({ hosts: { ...relayedTo, "shop.example.com": shop.handle } });
  const hook = (id: string) => ({ id, url: URL_OF(id) });
  await useSilentSettings({ webhooks: [hook("refuses"), hook("fails")] });
  shop.answerWith(({ path }) => new Response(null, { status: path === "/refuses" ? 400 : 503 }));
  const pushes: { readonly id: string }[] = [];
  for (const deliver of [true, false]) {
    const options = { deliver, createTime: Math.floor(Date.now() / 1_000) + Number(deliver) };
    const plaintext = JSON.stringify({ FromUserName: USER, Content: WORDS, deliver });
    pushes.push(
      await wechat.enter(USER, `page=${WORDS}`, options),
      await wechat.text(USER, WORDS, options),
      await wechat.image(USER, PICTURE, options),
      await wechat.event("oPlatform", "wxa_media_check", { OpenID: USER, trace_id: WORDS }, options),
      await wechat.event(USER, "brand_new_event", { Data: WORDS }, options),
      await wechat.event(USER, "user_info_modified", { OpenID: USER, RevokeInfo: WORDS }, options),
      await wechat.text("oSender", "x", { ...options, overrides: { plaintext } }),
      await wechat.text("oSender", "x", { ...options, overrides: { plaintext: damagedXml(options.createTime) } }),
    );
  }
  await wechat.redeliver({ id: pushes[1]?.id ?? "" });
  await send(USER, { type: "text", content: WORDS });
  await (await call("GET", `/api/v1/conversations/${USER}/export`)).bytes();
  await plantSession();
  pass(BATCH_DELAY_MS);
  await ring(USER);
  // The alarm again: a refusal empties the isolate's cache about endpoints, so the last report must be a failure.
  pass(60_000);
  await ring(USER);
  await wechat.fault({ fault: "errcode", errcode: 45009, target: "send" });
  await send(USER, { type: "text", content: `${WORDS} again` });
  await until(async () => {
    const places = await takeSnapshot();
    const isPaused = /"pauseCode":"45009"/.test(places.get("Account entry state") ?? "");
    const isNoted = hasCanary(places.get("Account table waiting_conversations") ?? "");
    return isPaused && isNoted && places.has("KV seen:") && places.has("KV access:");
  });
  return async () => {
    await resendRelayed();
    for (const { id } of pushes) await wechat.redeliver({ id });
    await ringAll();
  };
}

/** Delivers all pending webhook events. */
async function ringAll(): Promise<void> {
  pass(3_600_000);
  await ring(USER);
  await runDurableObjectAlarm(account());
}

/** Waits until everything is stored, at most ten seconds. If something is missing then, the tests name it. */
async function until(isStored: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 10_000;
  while (!(await isStored()) && performance.now() < end) await scheduler.wait(50);
}

let before: Snapshot;
let after: Snapshot;
/** What is stored after all earlier pushes were delivered again. */
let resent: Snapshot;
let heardLater: string;
let lines: string;
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3_600_000 });
  const logged = captureLog();
  const resend = await plant();
  before = await takeSnapshot();
  pass(2_000);
  await erase(USER);
  await ring(USER);
  after = await takeSnapshot();
  const heard = shop.events.length;
  await resend();
  resent = await takeSnapshot();
  heardLater = JSON.stringify(shop.events.slice(heard));
  lines = JSON.stringify(logged());
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("the places where something is stored", () => {
  it("are those in docs/storage.md's table of what an erasure deletes", ({ expect }) => {
    const stored = [...new Set([...before.keys(), ...after.keys()])];
    // The desk stores alerts only while robots are configured.
    const notHere = [
      "Desk entry alerts",
      "the user's phone",
      "Workers Logs",
      "Cloudflare's point-in-time recovery",
      "WeChat",
    ];
    expect(
      documented()
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual([...stored, ...notHere].toSorted());
  });

  it("are all in that table when another section of docs/storage.md describes them", ({ expect }) => {
    const names = new Set(documented().map(({ name }) => name));
    expect(describedElsewhere().filter((name) => !names.has(name))).toEqual([]);
  });

  it("include every table the worker creates", ({ expect }) => {
    const created = Object.values(SOURCES).flatMap((source) =>
      [...source.matchAll(/create table (?:if not exists )?(\w+)/g)].map(([, table = ""]) => table),
    );
    const named = new Set(documented().map(({ name }) => / table (\w+)$/.exec(name)?.[1]));
    expect(created.filter((table) => !named.has(table))).toEqual([]);
    expect(created.length).toBeGreaterThan(3);
  });

  it("contain data of the user before the erasure where the table says so, and nowhere else", ({ expect }) => {
    const holding = documented().filter(
      ({ name, erased }) => before.has(name) && /^(?:at once|by itself:|stays:)/.test(erased),
    );
    expect(placesWithCanary(before)).toEqual(holding.map(({ name }) => name).toSorted());
    expect(holding.length).toBeGreaterThan(4);
  });

  it("contain nothing of the user after the erasure, except the memory of an isolate and the audit log", ({
    expect,
  }) => {
    const passing = documented().filter(({ erased }) => /^(?:by itself|stays):/.test(erased));
    const left = passing.map(({ name }) => name);
    expect(placesWithCanary(after).filter((name) => !left.includes(name))).toEqual(REMEMBERED);
    expect(left.filter((name) => name !== "isolate memory")).toEqual([AUDITED]);
  });

  it.for([AUDITED, ...REMEMBERED])("contain only the object's id in %s", (place, { expect }) => {
    const entries = after.get(place) ?? "";
    expect(entries).toContain(conversation(USER).id.toString());
    expect(entries).not.toContain(USER);
    expect(entries).not.toContain(WORDS);
  });

  it("contain no data of the user when older pushes arrive after the erasure, and webhooks receive none", ({
    expect,
  }) => {
    expect(placesWithCanary(resent).filter((name) => name !== "isolate memory")).toEqual(
      [...REMEMBERED, AUDITED].toSorted(),
    );
    expect(hasCanary(heardLater)).toBe(false);
    expect(resent.get("Account table erased")).toContain('"at"');
  });

  it("contain the user's digits in the log only, and nothing else of the user", ({ expect }) => {
    expect(lines).toContain(conversation(USER).id.toString().slice(0, 12));
    expect(lines).not.toContain(USER);
    expect(lines).not.toContain(WORDS);
  });
});
