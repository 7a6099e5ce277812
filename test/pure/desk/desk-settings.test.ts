/** The settings of the desk in memory: each account's own, texts with their variables filled, and changed documents. */
import { beforeEach, describe, it } from "vitest";
import { parseDocument } from "../../../shared/api/settings/document-input.ts";
import type { SettingsDocument } from "../../../shared/api/settings/document.ts";
import { DEFAULT_VERSION } from "../../../shared/api/settings/version.ts";
import { toDeskSettings } from "../../../worker/desk/settings.ts";
import { openDeskSettings } from "../../../worker/inbox/session/desk-settings.ts";
import type { SettingsMemory } from "../../../worker/settings/reader.ts";

const NOON = Date.parse("2026-11-30T04:00:00Z");
const ACCOUNT = "mini-program:wx0123456789abcdef";
const FALLBACK = { type: "handover" };

let memory: SettingsMemory;
beforeEach(() => {
  memory = {};
});

function open() {
  return openDeskSettings({
    settings: () => ({ read: () => Promise.reject(new Error("not reachable")) }),
    kv: { get: () => Promise.resolve(null) },
    now: () => NOON,
    memory,
  });
}

function store(input: unknown, version = 1): void {
  const parsed = parseDocument(input);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  const document: SettingsDocument = parsed.value;
  memory.known = { value: { ...DEFAULT_VERSION, version, document }, readAt: NOON };
}

describe("the settings of the desk", () => {
  it("are the defaults until a document can be read", async ({ expect }) => {
    const settings = open();
    expect(await settings.refresh()).toBe(false);
    expect(settings.of(ACCOUNT)).toEqual({
      offerMs: 0,
      maxMissedOffers: 2,
      idleWarningMs: null,
      idleCloseMs: null,
    });
    expect(settings.of(undefined)).toBe(toDeskSettings());
    expect(settings.said(ACCOUNT, "away")).toBe("客服暂时不在线，您的消息已收到，客服上线后会尽快回复。");
    expect(settings.end(ACCOUNT)).toEqual({});
  });

  it("are those in force for the account", async ({ expect }) => {
    const desk = { offerSeconds: 30, idleWarningMinutes: 5, idleCloseMinutes: 10 };
    store({ defaults: { fallback: FALLBACK, desk }, overrides: { [ACCOUNT]: { desk: { maxMissedOffers: 7 } } } });
    const settings = open();
    expect(await settings.refresh()).toBe(true);
    expect(settings.of(undefined)).toEqual({
      offerMs: 30_000,
      maxMissedOffers: 2,
      idleWarningMs: 300_000,
      idleCloseMs: 600_000,
    });
    expect(settings.of("mini-program:wxffffffffffffffff")).toBe(settings.of(undefined));
    // An override replaces the whole key.
    expect(settings.of(ACCOUNT)).toMatchObject({ offerMs: 0, maxMissedOffers: 7 });
  });

  it("have texts with opening hours, date and time of the account", async ({ expect }) => {
    const texts = {
      away: "{{openHours}}",
      idle: "{{date}} {{time}}{{openHoursEn|!}}",
      closing: "再见",
      rating: "请打分",
    };
    const hours = { mon: [{ from: "09:00", to: "18:00" }] };
    store({ defaults: { fallback: FALLBACK, hours, desk: { texts } } });
    const settings = open();
    await settings.refresh();
    expect(settings.said(ACCOUNT, "away")).toContain("09:00");
    expect(settings.said(ACCOUNT, "idle")).toMatch(/^2026-11-30 12:00.*09:00/);
    expect(settings.end(ACCOUNT)).toEqual({ closing: "再见", rating: "请打分" });
  });

  it("follow a changed document, and report a change once", async ({ expect }) => {
    store({ defaults: { fallback: FALLBACK } });
    const settings = open();
    await settings.refresh();
    store({ defaults: { fallback: FALLBACK, desk: { offerSeconds: 60 } } }, 2);
    expect(settings.of(ACCOUNT).offerMs).toBe(0);
    expect(await settings.refresh()).toBe(true);
    expect(settings.of(ACCOUNT).offerMs).toBe(60_000);
    expect(await settings.refresh()).toBe(false);
  });
});
