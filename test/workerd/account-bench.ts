/**
 * The account objects of vitest.config.ts with an empty storage before every test, a token endpoint with scripted
 * answers, and a manual clock.
 */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, vi } from "vitest";
import { miniProgramAccount } from "../../shared/message/address.ts";
import type { AttemptOutcome } from "../../shared/message/delivery.ts";
import { credentialOf } from "../../worker/account/core/credential.ts";
import { accountMemory } from "../../worker/account/memory.ts";
import { accessKey } from "../../worker/account/token/published-access.ts";
import { configOf, findAccountConfig } from "../../worker/config/config.ts";
import { deliverChain } from "../../worker/inbox/delivery/chain.ts";
import { createServices } from "../../worker/inbox/services.ts";
import type { Account } from "../../worker/objects/account.ts";
import { CHANNELS } from "../../worker/open-channel.ts";
import { must } from "../support/conversation.ts";
import { account, APPID, CREDENTIAL, emptyAccount, emptySettings, OTHER_APPID } from "../support/workerd.ts";
import { lines, useWorker } from "./each-test.ts";

export const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;
export const LIFE_MS = 7_200_000;

/** The token endpoint: how it answers from now on, and the bodies of the requests it received. */
export const endpoint = { calls: [] as { force_refresh: boolean }[], answer: (_force: boolean): unknown => ({}) };

let serial = 0;

/** Runs a function inside the object, in its own context. */
export function inside<T>(read: (object: Account, state: DurableObjectState) => T | Promise<T>, appid = APPID) {
  return runInDurableObject<Account, T>(account(appid), read);
}

export const published = (key = accessKey(CREDENTIAL)) => env.KV.get<Record<string, unknown>>(key, "json");

/** Returns all log lines so far, as one text. */
export const logged = () => JSON.stringify(lines());

/** Returns the token of a successful access. @throws when it failed */
export async function tokenOf(access: ReturnType<ReturnType<typeof account>["access"]>): Promise<string> {
  const result = await access;
  if (!result.ok) throw new Error(`no token: ${result.error.reason}`);
  return result.value.token;
}

async function wipe(appid: string): Promise<void> {
  await emptyAccount(appid);
  await env.KV.delete(accessKey(credentialOf(miniProgramAccount(appid))));
}

/** Creates the services of the app as a Worker does, except that work after the response is not awaited. */
export function connect() {
  const config = configOf(env);
  const app = config.ok ? findAccountConfig(config.value, APPID) : undefined;
  if (!config.ok || app === undefined) throw new Error("vitest.config.ts has no such app");
  return createServices(env, config.value, app, () => {}, CHANNELS);
}

/** Makes one attempt to send a text, by the delivery chain. Returns its outcome. */
export async function deliver(openid: string): Promise<AttemptOutcome> {
  const { createDeliver, reportPause } = connect();
  const message = { type: "text", content: "你好" } as const;
  const settled: AttemptOutcome[] = [];
  await deliverChain(
    {
      seq: 1,
      id: "0123456789abcdef0123-1",
      attempt: 1,
      deadline: Date.now() + 20_000,
      holder: "c1",
      user: openid,
      message,
      isAi: false,
    },
    {
      deliver: createDeliver(),
      reportPause,
      async settle(_seq, _attempt, outcome) {
        settled.push(outcome);
        return null;
      },
      until: 0,
      fields: { conversation: "0123456789ab" },
    },
  );
  return must(settled[0]);
}

/** Registers the set-up of these tests; to be called at the top of a test file. */
export function useAccounts(): void {
  useWorker({ clock: "now", settings: null });
  beforeEach(async () => {
    accountMemory.clear();
    await wipe(APPID);
    await wipe(OTHER_APPID);
    await emptySettings();
    endpoint.calls = [];
    endpoint.answer = () => ({ access_token: `token-${(serial += 1)}`, expires_in: LIFE_MS / 1000 });
    vi.mocked(globalThis.fetch).mockImplementation(async (input, init) => {
      const request = new Request(input, init);
      if (request.url !== "https://api.weixin.qq.com/cgi-bin/stable_token")
        throw new Error("only the token endpoint is simulated");
      const body: { force_refresh: boolean } = await request.json();
      endpoint.calls.push(body);
      return Response.json(await endpoint.answer(body.force_refresh));
    });
  });
}
