/**
 * Runs one step of receiving a push many times inside workerd (`POST /STEP?n=…`, the pushes as the body), or a step of
 * the desk (`POST /desk/STEP?n=…&sessions=…`); the caller reads the CPU time of the busiest thread before and after.
 */
import { readEvent } from "../../../worker/channels/mini-program/read-event.ts";
import { receivePush } from "../../../worker/channels/mini-program/receive-push.ts";
import { TYPED_TEXTS } from "../../../worker/channels/mini-program/typed-texts.ts";
import { cipherFor } from "../../../worker/channels/wechat/push/crypt.ts";
import { readEnvelope } from "../../../worker/channels/wechat/push/envelope.ts";
import { verifySignature } from "../../../worker/channels/wechat/push/signature.ts";
import type { WireFields } from "../../../worker/channels/wechat/push/wire.ts";
import { prepareDesk } from "./desk.ts";
import { DESK_STEP_NAMES, type MicroPush, type StepName } from "./protocol.ts";
import { sketchReceive } from "./sketch.ts";

interface MicroEnv {
  readonly WECHAT_APPID: string;
  readonly WECHAT_TOKEN: string;
  readonly WECHAT_ENCODING_AES_KEY: string;
}

/** A push with the input of each step from the step before. */
interface Prepared extends MicroPush {
  readonly parts: readonly string[];
  readonly encrypt: string;
  readonly text: string;
  readonly fields: WireFields;
}

type Step = (push: Prepared, env: MicroEnv) => unknown;

const credentialsOf = (env: MicroEnv) =>
  ({
    appid: env.WECHAT_APPID,
    mode: "secure",
    tokens: [env.WECHAT_TOKEN],
    aesKeys: [env.WECHAT_ENCODING_AES_KEY],
  }) as const;

const STEPS: Readonly<Record<StepName, Step>> = {
  nothing: () => Promise.resolve(),
  envelope: ({ body }) => readEnvelope(body, TYPED_TEXTS),
  signature: ({ parts, query }) => verifySignature(parts, query.msg_signature ?? ""),
  decrypt: async ({ encrypt }, env) => (await cipherFor(env.WECHAT_ENCODING_AES_KEY)).open(encrypt),
  parse: ({ text }) => readEnvelope(text, TYPED_TEXTS),
  read: ({ fields }) => readEvent(fields),
  whole: async ({ query, body }, env) => mustBeOk(await receivePush(query, body, credentialsOf(env), 0, 0)),
  sketch: ({ query, body }, env) =>
    sketchReceive(query, body, {
      appid: env.WECHAT_APPID,
      token: env.WECHAT_TOKEN,
      aesKey: env.WECHAT_ENCODING_AES_KEY,
    }),
};

async function prepare(push: MicroPush, env: MicroEnv): Promise<Prepared> {
  const envelope = readEnvelope(push.body, TYPED_TEXTS);
  const encrypt = envelope.ok ? (envelope.value.encrypt ?? "") : "";
  const opened = await (await cipherFor(env.WECHAT_ENCODING_AES_KEY)).open(encrypt);
  if (!opened.ok) throw new Error("the bench created a push that cannot be decrypted");
  const { text } = opened.value;
  const inner = readEnvelope(text, TYPED_TEXTS);
  const parts = [env.WECHAT_TOKEN, push.query.timestamp ?? "", push.query.nonce ?? "", encrypt];
  return { ...push, parts, encrypt, text, fields: inner.ok ? inner.value.fields : {} };
}

function mustBeOk(result: { readonly ok: boolean }): void {
  if (!result.ok) throw new Error("the bench created a push that is rejected");
}

const desks = new Map<number, ReturnType<typeof prepareDesk>>();

function runDeskStep({ pathname, searchParams }: URL): Response {
  const name = DESK_STEP_NAMES.find((step) => pathname === `/desk/${step}`);
  if (name === undefined) return new Response("no such step", { status: 404 });
  const sessions = Number(searchParams.get("sessions"));
  const run = desks.get(sessions) ?? prepareDesk(sessions);
  desks.set(sessions, run);
  for (let done = 0; done < Number(searchParams.get("n")); done += 1) run(name);
  return new Response("done");
}

export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    if (url.pathname.startsWith("/desk/")) return runDeskStep(url);
    const name = Object.keys(STEPS).find((step): step is StepName => url.pathname === `/${step}`);
    if (name === undefined) return new Response("no such step", { status: 404 });
    const pushes = await Promise.all((await request.json<MicroPush[]>()).map((push) => prepare(push, env)));
    const times = Number(url.searchParams.get("n"));
    const step = STEPS[name];
    for (let done = 0; done < times;) {
      for (const push of pushes) await step(push, env);
      done += pushes.length;
    }
    return new Response("done");
  },
} satisfies ExportedHandler<MicroEnv>;
