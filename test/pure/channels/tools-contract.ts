/**
 * The rules for the tools that every channel that has them must follow: a channel's test file calls `describeTools` with
 * its own answers, codes and files.
 */
import { afterEach, beforeEach, describe, it, vi } from "vitest";
import { err, ok, type Result } from "../../../shared/base/result.ts";
import type { Target } from "../../../worker/channels/channel.ts";
import type { ChannelTools, UploadedFile } from "../../../worker/channels/tools.ts";
import type { CallDeps } from "../../../worker/channels/wechat/api/call-api.ts";
import { NOW, scriptedAccess, scriptedFetch, silence, type SentRequest, type Step } from "./scripted.ts";

/** A channel's tools as the suite needs them. */
export interface ToolsFixture {
  readonly openTools: (deps: Pick<CallDeps, "fetch" | "access" | "now">) => ChannelTools;
  /** The platform refuses with this code. */
  readonly refuses: (code: string) => Step;
  /** A code that refuses the access token. */
  readonly tokenCode: string;
  /** Codes that pause the account when they answer a send. */
  readonly pauseCodes: readonly string[];
  readonly typing: {
    readonly accepts: Step;
    /** The code for an indicator that is already shown. */
    readonly alreadyShown: string;
    /** The code for an indicator that is sent too long after the user's message. */
    readonly tooLate: string;
  };
  readonly upload: {
    readonly accepts: Step;
    /** The largest file the channel accepts. */
    readonly file: UploadedFile;
    readonly lifetimeMs: number;
  };
  readonly download: {
    /** The platform answers with these bytes as this type. */
    readonly answers: (bytes: Uint8Array<ArrayBuffer>, contentType: string) => Step;
    readonly bytes: Uint8Array<ArrayBuffer>;
    readonly contentType: string;
  };
}

const TARGET = { user: "oUser" };
const DEADLINE = NOW + 10_000;

/** One call of a tool. */
type Call = (tools: ChannelTools, deadline: number) => Promise<Result<unknown, { readonly result: string }>>;

/** Describes the tools of a channel. */
export function describeTools(name: string, channel: ToolsFixture): void {
  const { download, refuses, typing, upload } = channel;
  /** One call of each tool, with the answer that makes it succeed. */
  const EACH: readonly { readonly tool: string; readonly accepts: Step; readonly call: Call }[] = [
    {
      tool: "typing",
      accepts: typing.accepts,
      call: (tools, deadline) => tools.typing.setTyping(TARGET, true, deadline),
    },
    {
      tool: "upload",
      accepts: upload.accepts,
      call: (tools, deadline) => tools.upload.upload(upload.file, deadline),
    },
    {
      tool: "download",
      accepts: download.answers(download.bytes, download.contentType),
      call: (tools, deadline) => tools.download.download("media-1", deadline),
    },
  ];

  /** One call, with simulated platform and access source. */
  async function run<T>(
    call: (tools: ChannelTools, deadline: number) => Promise<T>,
    steps: Step[],
    script: Parameters<typeof scriptedAccess>[0] = {},
    deadline = DEADLINE,
  ) {
    const { fetch, requests } = scriptedFetch(...steps);
    const { access, replaced, uses } = scriptedAccess(script);
    const tools = channel.openTools({ fetch, access, now: () => NOW });
    return { outcome: await call(tools, deadline), requests, replaced, uses };
  }

  describe.for(EACH)(`${name}: $tool`, ({ accepts, call }) => {
    it("succeeds after one request, with a token for a call other than a send", async ({ expect }) => {
      const { outcome, requests, uses } = await run(call, [accepts]);
      expect(outcome).toMatchObject({ ok: true });
      expect(requests).toHaveLength(1);
      expect(uses).toEqual(["call"]);
    });

    it("pauses nothing, for any code of the platform", async ({ expect }) => {
      for (const code of channel.pauseCodes) {
        const { outcome, uses } = await run(call, [refuses(code)]);
        expect(outcome, code).toMatchObject({ error: { result: "rejected", code } });
        expect(outcome, code).not.toHaveProperty("error.reach");
        expect(uses).toEqual(["call"]);
      }
    });

    it("treats an unknown code as a mistake in the request", async ({ expect }) => {
      const { outcome } = await run(call, [refuses("987654")]);
      expect(outcome).toMatchObject({ error: { result: "rejected", code: "987654", reaction: "fix" } });
    });

    it("replaces a refused token and makes the same request exactly once more", async ({ expect }) => {
      const refused = refuses(channel.tokenCode);
      const { outcome, requests, replaced } = await run(call, [refused, accepts]);
      expect(outcome).toMatchObject({ ok: true });
      expect(replaced).toEqual(["token-1"]);
      expect(requests.map(({ init }) => init.body)).toEqual([requests[0]?.init.body, requests[0]?.init.body]);
      const again = await run(call, [refused, refused]);
      expect(again.outcome).toMatchObject({ error: { result: "rejected", reaction: "outage" } });
    });

    it("sends no request without a token, and returns until when there is none", async ({ expect }) => {
      const until = NOW + 60_000;
      const noToken = { result: "not_sent", reason: "no_token" } as const;
      const cases = [
        [
          { reason: "paused", until, code: "50007" },
          { result: "not_sent", reason: "paused", until, code: "50007" },
        ],
        [
          { reason: "refused", code: "40125" },
          { ...noToken, code: "40125" },
        ],
        [
          { reason: "refused", code: "40125", until },
          { ...noToken, code: "40125", until },
        ],
        [{ reason: "unreachable" }, noToken],
        [
          { reason: "unreachable", until },
          { ...noToken, until },
        ],
        [
          { reason: "limited", until },
          { ...noToken, until, isLimited: true },
        ],
      ] as const;
      for (const [problem, failure] of cases) {
        const { outcome, requests } = await run(call, [], { current: err(problem) });
        expect(outcome, problem.reason).toEqual(err(failure));
        expect(requests).toEqual([]);
      }
    });

    it("sends no request with less than 500 ms left, and requests no token", async ({ expect }) => {
      for (const leftMs of [-1, 0, 499]) {
        const { outcome, requests, uses } = await run(call, [], {}, NOW + leftMs);
        expect(outcome).toEqual(err({ result: "not_sent", reason: "lease_over" }));
        expect([requests, uses]).toEqual([[], []]);
      }
    });

    it("is unconfirmed without a usable answer", async ({ expect }) => {
      const answers: readonly Step[] = [
        () => new Response("<html>", { headers: { "content-type": "text/html" } }),
        () => new Response(null),
        () => new Response("bad gateway", { status: 502 }),
        () => new Response("{}", { status: 500 }),
        () => new Response(null, { status: 302, headers: { location: "https://elsewhere.test/" } }),
      ];
      for (const answer of answers) {
        const { outcome } = await run(call, [answer]);
        expect(outcome).toEqual(err({ result: "unconfirmed", reason: "bad_response" }));
      }
    });

    it("follows no redirect, and has no token in its result and its log lines", async ({ expect }) => {
      const quoting: Step = (url) => Promise.reject(new TypeError(`fetch failed: ${url}`));
      const { outcome, requests } = await run(call, [quoting]);
      expect(outcome).toEqual(err({ result: "unconfirmed", reason: "network" }));
      expect(requests[0]?.init.redirect).toBe("manual");
    });
  });

  describe.for(EACH)(`${name}: $tool without an answer`, ({ call }) => {
    beforeEach(() => {
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    });
    afterEach(() => {
      vi.useRealTimers();
    });

    it("is unconfirmed before the deadline, also when fetch does not listen to the abort", async ({ expect }) => {
      for (const step of [silence, (() => new Promise(() => {})) satisfies Step]) {
        const left = Promise.withResolvers<void>();
        const leaves: Step = (url, init) => {
          left.resolve();
          return step(url, init);
        };
        const pending = run(call, [leaves]);
        // Hashing takes real time; the deadline of the call begins afterwards.
        await left.promise;
        await vi.advanceTimersByTimeAsync(9_999);
        expect((await pending).outcome).toEqual(err({ result: "unconfirmed", reason: "timeout" }));
        expect(vi.getTimerCount()).toBe(0);
      }
    });
  });

  describe(`${name}: the typing indicator`, () => {
    const set = (target: Target, isOn: boolean) => (tools: ChannelTools) =>
      tools.typing.setTyping(target, isOn, DEADLINE);

    it("sends the user and the reply context, and distinguishes showing from hiding", async ({ expect }) => {
      const shown = wireOf((await run(set(TARGET, true), [typing.accepts])).requests);
      const removed = wireOf((await run(set(TARGET, false), [typing.accepts])).requests);
      const answered = { ...TARGET, replyContext: "context-7" };
      expect(shown).toContain(TARGET.user);
      expect(removed).not.toBe(shown);
      expect(wireOf((await run(set(answered, true), [typing.accepts])).requests)).toContain("context-7");
    });

    it("succeeds when it is already shown", async ({ expect }) => {
      expect((await run(set(TARGET, true), [refuses(typing.alreadyShown)])).outcome).toEqual(ok(null));
    });

    it("reports that no message is recent", async ({ expect }) => {
      const { outcome } = await run(set(TARGET, true), [refuses(typing.tooLate)]);
      expect(outcome).toEqual(err({ result: "no_recent_message", code: typing.tooLate }));
    });
  });

  describe(`${name}: an uploaded file`, () => {
    const { file } = upload;
    const put = (bytes: Uint8Array<ArrayBuffer>) =>
      run((tools) => tools.upload.upload({ type: file.type, bytes }, DEADLINE), [upload.accepts]);

    it("has an id that ends with its lifetime", async ({ expect }) => {
      const { outcome } = await put(file.bytes);
      const { mediaId, createdAt, expiresAt } = valueOf(outcome);
      expect(mediaId).toMatch(/\S/);
      expect(expiresAt - createdAt).toBe(upload.lifetimeMs);
    });

    it("is refused by its first bytes before a request is sent, whatever its name is", async ({ expect }) => {
      const text = new TextEncoder().encode("<script>alert(1)</script>");
      for (const bytes of [text, new Uint8Array(0), file.bytes.slice(0, 2)]) {
        const { outcome, requests, uses } = await put(bytes);
        expect(outcome).toEqual(err({ result: "unsupported_type" }));
        expect([requests, uses]).toEqual([[], []]);
      }
    });

    it("is refused when it is one byte too large, with both sizes, before a request is sent", async ({ expect }) => {
      const limit = file.bytes.length;
      const larger = new Uint8Array(limit + 1);
      larger.set(file.bytes);
      const { outcome, requests } = await put(larger);
      expect(outcome).toEqual(err({ result: "too_large", limit, actual: limit + 1 }));
      expect(requests).toEqual([]);
    });
  });

  describe(`${name}: a downloaded file`, () => {
    const get = (step: Step) => run((tools) => tools.download.download("media-1", DEADLINE), [step]);

    it("has its bytes unchanged, and the type that is detected from them", async ({ expect }) => {
      for (const claimed of [download.contentType, "image/x-unknown", "text/html"]) {
        const { outcome, requests } = await get(download.answers(download.bytes, claimed));
        expect(outcome, claimed).toEqual(ok({ bytes: download.bytes, contentType: download.contentType }));
        expect(wireOf(requests)).toContain("media-1");
      }
    });

    it("never has a type that a browser executes", async ({ expect }) => {
      const page = new TextEncoder().encode("<svg onload=alert(1)>");
      for (const claimed of ["image/svg+xml", "text/html", "application/xhtml+xml", "text/javascript"]) {
        const { outcome } = await get(download.answers(page, claimed));
        const shown = outcome.ok ? outcome.value.contentType : outcome.error;
        expect(["application/octet-stream", { result: "unconfirmed", reason: "bad_response" }]).toContainEqual(shown);
      }
    });
  });
}

/** The value of a call that succeeded. */
function valueOf<T>(outcome: Result<T, { readonly result: string }>): T {
  if (!outcome.ok) throw new Error(outcome.error.result);
  return outcome.value;
}

/** Address and body of the only request. */
function wireOf([request]: readonly SentRequest[]): string {
  return `${request?.url.href} ${String(request?.init.body)}`;
}
