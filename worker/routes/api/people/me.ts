/** The signed-in agent and the agent's own sign-ins. */
import { Hono } from "hono/tiny";
import { MeSchema, SignInParamSchema, SignInsSchema } from "../../../../shared/api/people.ts";
import { isoTime } from "../../../../shared/api/schemas.ts";
import type { HttpEnv } from "../../http/app-env.ts";
import { actorOf, agentOf } from "../../http/auth/caller.ts";
import { deskOf, loginOf } from "../../http/auth/people.ts";
import { clearSignInCookie } from "../../http/auth/sign-in-cookie.ts";
import { describe, validator } from "../../http/describe.ts";
import { refuseParameter } from "../../http/request/request-body.ts";
import { problem } from "../../http/response/problem.ts";
import { toMe } from "./json.ts";
import { recordOfAgent } from "./records.ts";

/** Routes about the signed-in agent. */
export const me = new Hono<HttpEnv>();

me.get(
  "/me",
  describe({
    id: "getMe",
    tag: "people",
    access: "me",
    summary: { zh: "当前登录的客服", en: "The signed-in agent" },
    answers: {
      200: {
        text: { zh: "客服与其权限", en: "The agent and the agent's rights" },
        content: { type: "application/json", schema: MeSchema },
      },
    },
  }),
  (c) => c.json(toMe(agentOf(c))),
);

me.get(
  "/me/sign-ins",
  describe({
    id: "listSignIns",
    tag: "people",
    access: "me",
    summary: { zh: "自己的登录列表", en: "One's own sign-ins" },
    answers: {
      200: {
        text: { zh: "未结束的登录，从早到晚", en: "The open sign-ins, oldest first" },
        content: { type: "application/json", schema: SignInsSchema },
      },
    },
  }),
  async (c) => {
    const { id, signIn } = agentOf(c);
    const list = await loginOf(c, id).list();
    const signIns = list.map(({ id: made, createdAt, lastSeenAt, browser }) => ({
      id: made,
      createdAt: isoTime(createdAt),
      lastSeenAt: isoTime(lastSeenAt),
      browser,
      isCurrent: made === signIn,
    }));
    return c.json({ signIns });
  },
);

me.delete(
  "/me/sign-ins",
  describe({
    id: "endSignIns",
    tag: "people",
    access: "me",
    summary: { zh: "结束自己的全部登录，包括当前这次", en: "End all of one's own sign-ins, this one too" },
    answers: { 204: { text: { zh: "已全部结束", en: "All have ended" } } },
  }),
  async (c) => {
    const { id } = agentOf(c);
    const count = await loginOf(c, id).endAll();
    await deskOf(c).closeSockets(id, "signed_out");
    c.executionCtx.waitUntil(recordOfAgent(c, actorOf(c), "sign-in.end", id, { count }));
    clearSignInCookie(c);
    return c.body(null, 204);
  },
);

me.delete(
  "/me/sign-ins/:id",
  describe({
    id: "endSignIn",
    tag: "people",
    access: "me",
    summary: { zh: "结束自己的一次登录", en: "End one of one's own sign-ins" },
    answers: { 204: { text: { zh: "已结束", en: "It has ended" } } },
    problems: ["invalid_field", "sign_in_not_found"],
  }),
  validator("param", SignInParamSchema, refuseParameter),
  async (c) => {
    const { id } = agentOf(c);
    const { id: signIn } = c.req.valid("param");
    if (!(await loginOf(c, id).end(signIn))) return problem(c, "sign_in_not_found", {});
    await deskOf(c).closeSockets(id, "signed_out", signIn);
    c.executionCtx.waitUntil(recordOfAgent(c, actorOf(c), "sign-in.end", id, { signIn }));
    return c.body(null, 204);
  },
);
