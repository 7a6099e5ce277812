/** A team's own push server at old.example.com, and a worker that forwards to it. */
import { runInDurableObject } from "cloudflare:test";
import { beforeEach } from "vitest";
import type { Control } from "../../emulator/control.ts";
import type { PushFormat, PushMode, PushRecord } from "../../emulator/push-model.ts";
import { account, APPID, deleteEvents, emulatedApp, fetchWith, playWeChat } from "../support/workerd.ts";
import { usePushes } from "./push-bench.ts";

/** A request the server received. */
interface Forwarded {
  readonly url: URL;
  readonly body: string;
  readonly contentType: string | null;
  /** The number of events that the account had stored at that time. */
  readonly stored: number;
}

/** The body with which the server answers by default. */
export const DELIVERED = '{ "ErrCode": 0,\r\n "ErrMsg": "发货成功" }';
export const answerOf = (body: string, type = "application/json") =>
  new Response(body, { headers: { "content-type": type } });

/** The requests that the server received, the pushes that WeChat sent, and how the server answers. */
export const old = {
  forwarded: [] as Forwarded[],
  sent: [] as { readonly url: string; readonly body: string }[],
  answer: (): Response | Promise<Response> => answerOf(DELIVERED),
};

/** Returns the events that the account has stored. */
export const events = (appid = APPID) => runInDurableObject(account(appid), (object) => object.appEvents(0, 500));

/** Records a request and answers it. */
export async function oldServer(request: Request): Promise<Response> {
  const [body, stored] = [await request.clone().text(), (await events()).length];
  const contentType = request.headers.get("content-type");
  old.forwarded.push({ url: new URL(request.url), body, contentType, stored });
  return old.answer();
}

/** Creates an emulator without retries that pushes to a worker which forwards these kinds. */
export async function playForwarding(
  kinds: string,
  vars: Readonly<Record<string, unknown>> = {},
  app: readonly [PushMode, PushFormat] = ["secure", "xml"],
): Promise<Control> {
  const given = { WECHAT_FORWARD_KINDS: kinds, WECHAT_FORWARD_URL: "https://old.example.com/push?site=1", ...vars };
  return playWeChat({
    apps: [emulatedApp(APPID, ...app)],
    worker: async (request) => {
      old.sent.push({ url: request.url, body: await request.clone().text() });
      return fetchWith(given, request);
    },
    hosts: { "old.example.com": oldServer },
    switches: { retries: 0 },
  });
}

/** Returns the answer to each attempt of a push, oldest first: the body for status 200, otherwise the status. */
export function bodiesOf({ attempts }: Pick<PushRecord, "attempts">): readonly (string | number | null)[] {
  return attempts.map(({ status, body }) => (status === 200 ? body : status));
}

/** Registers the set-up of these tests; to be called at the top of a test file. */
export function useForwarding(): void {
  usePushes();
  beforeEach(async () => {
    old.forwarded = [];
    old.sent = [];
    old.answer = () => answerOf(DELIVERED);
    await deleteEvents();
  });
}
