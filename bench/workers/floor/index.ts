/**
 * The floor, the baseline of the comparison (docs/design/bench.md): the minimum work of a Worker that stores every push
 * before it acknowledges it. The product's own verify, decrypt and parse, then one call of the user's object, then one
 * insert. No framework, no rules, no dedupe, no log. With `ANSWER` it also sends the user one message in the shortest
 * way: send, one more call, one more insert. With `ARMED` it only sets an alarm with each insert, because a Worker that
 * stores a decided answer needs an alarm to send it after a crash.
 */
import { DurableObject } from "cloudflare:workers";
import type { InboundEvent } from "../../../shared/message/inbound.ts";
import { receivePush } from "../../../worker/channels/mini-program/receive-push.ts";

interface FloorEnv {
  readonly USER: DurableObjectNamespace<User>;
  readonly WECHAT_APPID: string;
  readonly WECHAT_TOKEN: string;
  readonly WECHAT_ENCODING_AES_KEY: string;
  readonly WECHAT_API_BASE: string;
  readonly ANSWER: string;
  readonly ARMED: string;
}

/** The delay of the alarm, milliseconds: it must not run before the measurement has ended. */
const ALARM_MS = 1_200_000;

/** The object of one user. */
export class User extends DurableObject<FloorEnv> {
  #last = 0;

  constructor(ctx: DurableObjectState, env: FloorEnv) {
    super(ctx, env);
    ctx.storage.sql.exec("create table if not exists log(seq integer primary key, row text not null)");
  }

  /** Stores a row. */
  store(row: InboundEvent | { readonly sent: string }): number {
    this.#last = Math.max(this.#last + 1, Date.now());
    this.ctx.storage.sql.exec("insert into log(seq, row) values (?, ?)", this.#last, JSON.stringify(row));
    if (this.env.ARMED !== "") void this.ctx.storage.setAlarm(this.#last + ALARM_MS);
    return this.#last;
  }

  /** Does nothing, because only setting the alarm is measured. */
  override alarm(): void {}
}

async function answer(env: FloorEnv, user: DurableObjectStub<User>, openid: string): Promise<void> {
  const response = await fetch(`${env.WECHAT_API_BASE}/cgi-bin/message/custom/send?access_token=floor`, {
    method: "POST",
    body: JSON.stringify({ touser: openid, msgtype: "text", text: { content: env.ANSWER } }),
  });
  await response.json();
  await user.store({ sent: env.ANSWER });
}

export default {
  async fetch(request, env, ctx) {
    const query = Object.fromEntries(new URL(request.url).searchParams);
    const credentials = {
      appid: env.WECHAT_APPID,
      mode: "secure",
      tokens: [env.WECHAT_TOKEN],
      aesKeys: [env.WECHAT_ENCODING_AES_KEY],
    } as const;
    const push = await receivePush(query, await request.text(), credentials, Date.now(), 0);
    if (!push.ok) return new Response("forbidden", { status: 403 });
    const { event, user: openid } = push.value;
    const user = env.USER.getByName(`${env.WECHAT_APPID}:${openid}`);
    await user.store(event);
    if (env.ANSWER !== "") ctx.waitUntil(answer(env, user, openid));
    return new Response("success");
  },
} satisfies ExportedHandler<FloorEnv>;
