/** The signed-in agent and the agent's own sign-ins. */
import { Hono } from "hono/tiny";
import { SignInParamSchema } from "../../../../shared/api/people.ts";
import { isoTime } from "../../../../shared/api/schemas.ts";
import type { HttpEnv } from "../../http/app-env.ts";
import { actorOf, agentOf } from "../../http/auth/caller.ts";
import { deskOf, loginOf } from "../../http/auth/people.ts";
import { clearSignInCookie } from "../../http/auth/sign-in-cookie.ts";
import { operation, validator } from "../../http/operation.ts";
import { refuseParameter } from "../../http/request/request-body.ts";
import { problem } from "../../http/response/problem.ts";
import { toMe } from "./json.ts";
import { recordOfAgent } from "./records.ts";

/** Routes about the signed-in agent. */
export const me = new Hono<HttpEnv>();

me.get("/me", operation("getMe", "me"), (c) => c.json(toMe(agentOf(c))));

me.get("/me/sign-ins", operation("listSignIns", "me"), async (c) => {
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
});

me.delete("/me/sign-ins", operation("endSignIns", "me"), async (c) => {
  const { id } = agentOf(c);
  const count = await loginOf(c, id).endAll();
  await deskOf(c).closeSockets(id, "signed_out");
  c.executionCtx.waitUntil(recordOfAgent(c, actorOf(c), "sign-in.end", id, { count }));
  clearSignInCookie(c);
  return c.body(null, 204);
});

me.delete(
  "/me/sign-ins/:id",
  operation("endSignIn", "me"),
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
