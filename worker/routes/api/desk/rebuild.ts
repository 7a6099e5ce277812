/** The rebuild of the desk's lists from the conversations themselves. */
import { Hono } from "hono/tiny";
import type * as v from "valibot";
import { RebuildBodySchema, RebuiltSchema } from "../../../../shared/api/desk/commands.ts";
import type { HttpEnv } from "../../http/app-env.ts";
import { deskOf } from "../../http/auth/people.ts";
import { describe } from "../../http/describe.ts";
import { readBody } from "../../http/request/request-body.ts";
import { requireDesk } from "./desk-caller.ts";

/** The route that rebuilds the lists. */
export const rebuild = new Hono<HttpEnv>();

rebuild.post(
  "/desk/rebuild",
  describe({
    id: "rebuildDesk",
    tag: "desk",
    access: "desk.rebuild",
    summary: { zh: "重建工作台的列表", en: "Rebuild the lists of the desk" },
    text: {
      zh: "逐页向归档中的每个对话查询现状，每页最多 100 个。以返回的 next 再次调用，直到为 null；failed 大于 0 时用同一个 cursor 重试该页。重复执行不会改变正确的列表。",
      en: "Asks every conversation of the archive's directory for its state, at most 100 in a call. Call it again with the next of the answer until that is null; when failed is not 0, repeat the page with the same cursor. Lists that are right do not change.",
    },
    body: [{ type: "application/json", schema: RebuildBodySchema, example: { cursor: null } }],
    answers: {
      200: {
        text: { zh: "这一页的结果", en: "The result of this page" },
        content: { type: "application/json", schema: RebuiltSchema },
      },
    },
    problems: ["malformed_json", "body_too_large", "unsupported_media_type", "invalid_field", "desk_off"],
  }),
  requireDesk(),
  async (c) => {
    const body = await readBody(c, RebuildBodySchema);
    if (!body.ok) return body.error;
    const { next, asked, failed } = await deskOf(c).rebuild(body.value.cursor);
    return c.json({ next, asked, failed } satisfies v.InferOutput<typeof RebuiltSchema>);
  },
);
