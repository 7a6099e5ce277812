/** The rebuild of the desk's lists from the conversations themselves. */
import { Hono } from "hono/tiny";
import type * as v from "valibot";
import type { RebuiltSchema } from "../../../../shared/api/desk/commands.ts";
import { RebuildBodySchema } from "../../../../shared/api/desk/commands.ts";
import type { HttpEnv } from "../../http/app-env.ts";
import { actorOf } from "../../http/auth/caller.ts";
import { deskOf } from "../../http/auth/people.ts";
import { operation } from "../../http/operation.ts";
import { record, refuseUnrecorded } from "../../http/record.ts";
import { readBody } from "../../http/request/request-body.ts";
import { requireDesk } from "./desk-caller.ts";

/** The route that rebuilds the lists. */
export const rebuild = new Hono<HttpEnv>();

rebuild.post("/desk/rebuild", operation("rebuildDesk", "desk.rebuild"), requireDesk(), async (c) => {
  const body = await readBody(c, RebuildBodySchema);
  if (!body.ok) return body.error;
  const { cursor } = body.value;
  if (!(await record(c, { actor: actorOf(c), action: "desk.rebuild", target: "desk", data: { cursor } })))
    return refuseUnrecorded(c);
  const { next, asked, failed } = await deskOf(c).rebuild(cursor);
  return c.json({ next, asked, failed } satisfies v.InferOutput<typeof RebuiltSchema>);
});
