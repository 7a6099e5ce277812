/** A call of KV, of an object or of the rate limiter that never returns, in each place where such a call is awaited. */
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, it, vi } from "vitest";
import { formatAddress } from "../../shared/message/address.ts";
import kefu from "../../worker/index.ts";
import { hungStub, never, outcomeWithin, PENDING, useManualClock } from "../support/hung.ts";
import "../support/lazy-modules.ts";
import { addressOf, APPID, kindsOf, playWeChat } from "../support/workerd.ts";
import { buildCall, putSettings } from "./api-client.ts";
import { ANSWER, lines, useWorker } from "./each-test.ts";

const OPENID = "oHung";
/** A time, ms, that is longer than any deadline. */
const LONG = 40_000;
const MESSAGE_ID = `${env.CONVERSATION.idFromName(formatAddress(addressOf(OPENID))).toString()}-1`;

useWorker({ clock: "weeks apart", settings: null });
beforeEach(() => {
  useManualClock();
});

const hungObjects = (namespace: DurableObjectNamespace<never>) => ({
  idFromName: (name: string) => namespace.idFromName(name),
  idFromString: (id: string) => namespace.idFromString(id),
  getByName: (name: string) => hungStub(namespace.idFromName(name)),
  get: (id: unknown) => hungStub(id),
});

/** Moves the clock until the work ends. @returns its result @throws when it does not end within `LONG` */
async function ended<T>(work: PromiseLike<T>): Promise<T> {
  const outcome = await outcomeWithin(LONG, work);
  if (outcome === PENDING) throw new Error("not over");
  return outcome;
}

/** Sends a request to a worker with other bindings. Does not wait for the work that continues after the response. */
function ask(vars: Readonly<Record<string, unknown>>, method: string, path: string, json?: unknown) {
  const headers = { "if-match": "*", "idempotency-key": crypto.randomUUID() };
  const request = buildCall(method, path, { headers, json });
  const context = createExecutionContext();
  const response = Promise.resolve(kefu.fetch(request, { ...env, ...vars }, context));
  return { response, context };
}

describe("a KV write that never returns", () => {
  it("after the response of a push that was repeated is abandoned at its deadline", async ({ expect }) => {
    const KV = { get: async () => null, put: () => never() };
    const control = playWeChat({
      worker: async (request) => kefu.fetch(request, { ...env, KV }, createExecutionContext()),
    });
    // The default answer is a hand-over, which is not written to KV; so another one is set.
    await ended(putSettings({ fallback: { type: "silent" } }));
    const { id } = await ended(control.text("oTwice", "在吗"));
    await ended(control.redeliver({ id }));
    await outcomeWithin(LONG, never());
    expect(lines()).toContainEqual({ event: "kv_failed", operation: "write_late_push", error: "DeadlineError" });
  });
});

describe("a rate limiter that never answers", () => {
  it("lets the request pass", async ({ expect }) => {
    const vars = { API_RATE: { limit: () => never() } };
    const answer = await outcomeWithin(LONG, ask(vars, "GET", "/api/v1/settings").response);
    expect(answer).toMatchObject({ status: 200 });
    expect(lines()).toContainEqual(expect.objectContaining({ event: "rate_limit_failed", error: "DeadlineError" }));
  });
});

describe("an account object that never answers", () => {
  const vars = { ACCOUNT: hungObjects(env.ACCOUNT as DurableObjectNamespace<never>) };
  const calls: readonly (readonly [string, string, unknown?])[] = [
    ["GET", "/api/v1/quarantine"],
    ["GET", "/api/v1/webhooks"],
    ["GET", "/api/v1/milestones"],
  ];
  it.for(calls)("reaches its deadline for %s %s: 503 try_again", async ([method, path, json], { expect }) => {
    const answer = await outcomeWithin(LONG, ask(vars, method, path, json).response);
    expect(answer).not.toBe(PENDING);
    expect(answer).toMatchObject({ status: 503 });
    expect(await (answer as Response).json()).toMatchObject({ code: "try_again" });
  });

  it("reaches its deadline for GET /api/v1/diagnostics, which reports WeChat as unreachable", async ({ expect }) => {
    vi.spyOn(env.KV, "get").mockImplementation(() => never());
    const answer = await outcomeWithin(LONG, ask(vars, "GET", "/api/v1/diagnostics").response);
    expect(answer).not.toBe(PENDING);
    expect(await (answer as Response).json()).toMatchObject({ token: { ok: false, reason: "unreachable" } });
  });
});

describe("a settings object that never answers", () => {
  const vars = { SETTINGS: hungObjects(env.SETTINGS as DurableObjectNamespace<never>) };
  const calls: readonly (readonly [string, string, unknown?])[] = [
    ["GET", "/api/v1/settings"],
    ["PUT", "/api/v1/settings", { defaults: { fallback: { type: "silent" } } }],
    ["GET", "/api/v1/webhooks"],
    ["POST", `/api/v1/conversations/${OPENID}/webhooks/shop/replay`, { after: 0 }],
  ];
  it.for(calls)("reaches its deadline for %s %s: 503 try_again", async ([method, path, json], { expect }) => {
    const answer = await outcomeWithin(LONG, ask(vars, method, path, json).response);
    expect(answer).not.toBe(PENDING);
    expect(answer).toMatchObject({ status: 503 });
    expect(await (answer as Response).json()).toMatchObject({ code: "try_again" });
  });
});

describe("an audit object that never answers", () => {
  const vars = { AUDIT: hungObjects(env.AUDIT as DurableObjectNamespace<never>) };

  it("reaches its deadline for GET /api/v1/audit: 503 try_again", async ({ expect }) => {
    const answer = await outcomeWithin(LONG, ask(vars, "GET", "/api/v1/audit").response);
    expect(answer).not.toBe(PENDING);
    expect(answer).toMatchObject({ status: 503 });
    expect(await (answer as Response).json()).toMatchObject({ code: "try_again" });
  });

  it.for(["GET export", "DELETE"])(
    "is given up for %s of a conversation: 503 audit_unavailable",
    async (call, { expect }) => {
      const control = playWeChat({ worker: async (request) => kefu.fetch(request, env, createExecutionContext()) });
      await ended(control.text("oUnrecorded", "在吗"));
      const [method = "", more] = call.split(" ");
      const path = `/api/v1/conversations/oUnrecorded${more === undefined ? "" : `/${more}`}?appid=${APPID}`;
      const answer = await outcomeWithin(LONG, ask(vars, method, path).response);
      expect(answer).not.toBe(PENDING);
      expect(answer).toMatchObject({ status: 503 });
      expect(await (answer as Response).json()).toMatchObject({ code: "audit_unavailable" });
      expect(await kindsOf("oUnrecorded")).toContain("in");
    },
  );
});

describe("a conversation that never answers", () => {
  const vars = { CONVERSATION: hungObjects(env.CONVERSATION as DurableObjectNamespace<never>) };
  const calls: readonly (readonly [string, string, unknown?])[] = [
    ["GET", `/api/v1/conversations/${OPENID}`],
    ["GET", `/api/v1/conversations/${OPENID}/messages`],
    ["GET", `/api/v1/conversations/${OPENID}/export`],
    ["DELETE", `/api/v1/conversations/${OPENID}`],
    ["POST", `/api/v1/conversations/${OPENID}/messages`, { type: "text", content: "您好" }],
    ["POST", `/api/v1/conversations/${OPENID}/typing`, { on: true }],
  ];
  it.for(calls)("reaches its deadline for %s %s: 503 try_again", async ([method, path, json], { expect }) => {
    const answer = await outcomeWithin(LONG, ask(vars, method, path, json).response);
    expect(answer).not.toBe(PENDING);
    expect(answer).toMatchObject({ status: 503 });
    expect(await (answer as Response).json()).toMatchObject({ code: "try_again" });
  });

  it("reaches its deadline for GET /api/v1/messages/:id: 503 try_again", async ({ expect }) => {
    const answer = await outcomeWithin(LONG, ask(vars, "GET", `/api/v1/messages/${MESSAGE_ID}`).response);
    expect(answer).not.toBe(PENDING);
    expect(answer).toMatchObject({ status: 503 });
  });

  it("reaches its deadline for a push, which is not acknowledged because it is not stored", async ({ expect }) => {
    const context = createExecutionContext();
    const control = playWeChat({
      switches: { pushTimeoutMs: 60_000 },
      worker: async (request) => kefu.fetch(request, { ...env, ...vars }, context),
    });
    await control.switches({ retries: 0 });
    const pushed = await outcomeWithin(LONG, control.text(OPENID, "在吗"));
    expect(pushed).toMatchObject({ attempts: [{ status: 500 }] });
    const facts = { event: "push_not_stored", error: "DeadlineError" };
    expect(lines()).toContainEqual(expect.objectContaining(facts));
    // The work that would deliver the answer must have ended, too; after 30 s the test's context stops waiting for it.
    expect(await outcomeWithin(20_000, waitOnExecutionContext(context))).not.toBe(PENDING);
  });

  it("reaches its deadline for recording an attempt, which stays leased until the lease ends", async ({ expect }) => {
    await outcomeWithin(LONG, putSettings(ANSWER));
    const stub = (name: string) => {
      const real = env.CONVERSATION.getByName(name);
      return new Proxy(real, {
        get: (target, method) => (method === "settle" ? () => never() : Reflect.get(target, method, target)),
      });
    };
    const CONVERSATION = {
      getByName: stub,
      idFromName: (name: string) => env.CONVERSATION.idFromName(name),
    };
    const control = playWeChat({
      worker: async (request) => kefu.fetch(request, { ...env, CONVERSATION }, createExecutionContext()),
    });
    const pushed = await outcomeWithin(LONG, control.text("oUnsettled", "在吗"));
    expect(pushed).toMatchObject({ attempts: [{ status: 200 }] });
    await outcomeWithin(LONG, never());
    const facts = { event: "object_call_failed", method: "settle", last: true, error: "DeadlineError" };
    expect(lines()).toContainEqual(expect.objectContaining(facts));
    expect(await kindsOf("oUnsettled")).toEqual(["in", "out"]);
  });
});
