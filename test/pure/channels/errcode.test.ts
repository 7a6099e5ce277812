/** WeChat's error table, compared with WECHAT.md §4.5 row by row. */
import { describe, it } from "vitest";
import type { Reaction } from "../../../shared/message/delivery.ts";
import { describeCode, describeErrcode, ERRCODES } from "../../../worker/channels/wechat/errcode.ts";
import { judgeCode } from "../../../worker/channels/wechat/judge-code.ts";

const range = (first: number, last: number): number[] => Array.from({ length: last - first + 1 }, (_, i) => first + i);

/**
 * The table of WECHAT.md §4.5 written a second time, by reaction, and the codes of §6.4 and §8.1. Codes that pause (S)
 * are only those where custom/send cannot mean a single message. After a refusal of the token endpoint every message
 * waits.
 */
const EXPECTED: Record<Reaction, number[]> = {
  retry: [43108],
  outage: [-1, 40001, 40014, 42001],
  rate: [44991, 45011],
  quota: [45009],
  stop: [40164, 48001, 48004, 50007, 61004, 89503, 89506, 89507],
  used: [45047],
  closed: [45015],
  media: [40007, 46001],
  user: [40003, 43019, 43101, 48002, 48006, 50002, 61010, 70000],
  fix: [
    40002,
    40004,
    40005,
    40006,
    40008,
    40009,
    40013,
    40033,
    40037,
    40125,
    40200,
    40201,
    40243,
    41001,
    41002,
    41004,
    41005,
    43002,
    43104,
    43107,
    44001,
    44002,
    44004,
    45001,
    45002,
    45003,
    45004,
    45005,
    45006,
    45008,
    45072,
    45080,
    45081,
    45162,
    45168,
    47001,
    47003,
    50004,
    61003,
    61007,
    76021,
    76022,
    87014,
    87020,
    9001001,
    ...range(65400, 65416),
    ...range(40230, 40240),
  ],
};

/** The codes that pause when custom/send answers them, by what they stop. No other code pauses. */
const PAUSES = { account: [40164, 50007, 89503, 89506, 89507], send: [44991, 45009, 45011, 48001, 48004, 61004] };

describe("the errcode table", () => {
  it("has the reaction of WECHAT.md for every code, and no other code", ({ expect }) => {
    const actual: Record<string, number[]> = {};
    for (const [code, { reaction }] of Object.entries(ERRCODES)) (actual[reaction] ??= []).push(Number(code));
    const sorted = (table: Record<string, number[]>) =>
      Object.fromEntries(Object.entries(table).map(([reaction, codes]) => [reaction, codes.toSorted((a, b) => a - b)]));
    expect(sorted(actual)).toEqual(sorted(EXPECTED));
  });

  it("has the reach of every code, and none for an unknown code", ({ expect }) => {
    const codesOf = (stops: string | undefined) =>
      Object.entries(ERRCODES).flatMap(([code, { reach }]) => (reach === stops ? [Number(code)] : []));
    expect(codesOf("account").toSorted((a, b) => a - b)).toEqual(PAUSES.account);
    expect(codesOf("send").toSorted((a, b) => a - b)).toEqual(PAUSES.send);
    expect(codesOf(undefined)).toHaveLength(Object.keys(ERRCODES).length - PAUSES.account.length - PAUSES.send.length);
    expect(describeErrcode(12_345).reach).toBeUndefined();
  });

  it("replaces a token for every refusal of it, and for nothing else", ({ expect }) => {
    const codes = Object.entries(ERRCODES).flatMap(([code, { replacesToken }]) =>
      replacesToken ? [Number(code)] : [],
    );
    expect(codes.toSorted((a, b) => a - b)).toEqual([40001, 40014, 42001]);
  });

  it("has a short name, a meaning and a fix in both languages for every code", ({ expect }) => {
    for (const [code, entry] of Object.entries(ERRCODES)) {
      expect(entry.name, code).toMatch(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/);
      for (const { zh, en } of [entry.meaning, entry.cure]) {
        expect(zh, code).toMatch(/\p{Script=Han}/u);
        expect(en, code).toMatch(/^[a-zA-Z]/);
      }
    }
  });

  it("has different names for different codes, except for the two ranges with one meaning", ({ expect }) => {
    const names = Object.values(ERRCODES).map(({ name }) => name);
    const shared = names.filter((name, index) => names.indexOf(name) !== index);
    expect(new Set(shared)).toEqual(new Set(["agent_binding", "request_signing"]));
  });
});

describe("the code of a refusal, as calls look it up", () => {
  it("has name, reaction and reach of the table, known or unknown", async ({ expect }) => {
    expect(await judgeCode("48004")).toMatchObject({ name: "api_banned", reaction: "stop", reach: "send" });
    expect(await judgeCode("99999")).toMatchObject({ name: "unknown_errcode", reaction: "fix" });
    for (const code of ["-1", "40001", "48004", "99999", "no number", ""]) {
      expect(await judgeCode(code), code).toBe(describeCode(code));
    }
  });
});

describe("describeErrcode", () => {
  it("finds a code", ({ expect }) => {
    expect(describeErrcode(45047)).toMatchObject({ name: "reply_quota_used", reaction: "used" });
    expect(describeErrcode(-1)).toMatchObject({ name: "system_busy", reaction: "outage" });
  });

  it("never retries an unknown code", ({ expect }) => {
    for (const code of [1, -2, 99_999_999, 40_001.5, Number.NaN]) {
      expect(describeErrcode(code)).toMatchObject({ name: "unknown_errcode", reaction: "fix" });
    }
  });
});
