/**
 * Setup progress, for `npm run setup`: `GET /milestones`. It costs little and does not call WeChat, so it can be called
 * every second.
 */
import { Hono } from "hono/tiny";
import * as v from "valibot";
import { both, isoTime, named, TimeSchema } from "../../../../shared/api/schemas.ts";
import type { Milestone } from "../../../account/core/milestones.ts";
import type { HttpEnv } from "../../http/app-env.ts";
import { describe } from "../../http/describe.ts";
import { servicesOf } from "../../http/request/choose-account.ts";

const reached = (zh: string, en: string) => v.exactOptional(v.pipe(TimeSchema, v.description(both(zh, en))));

const MilestonesSchema = named(
  "Milestones",
  v.strictObject({
    verified: reached("最近一次 URL 验证", "the last valid URL verification"),
    message: reached("用户的第一条消息", "the first message of a user"),
    answer: reached("微信接受的第一条回复", "the first reply that WeChat accepted"),
  } satisfies Record<Milestone, unknown>),
);

/** Routes about the setup. */
export const milestones = new Hono<HttpEnv>();

milestones.get(
  "/milestones",
  describe({
    id: "getMilestones",
    tag: "operations",
    access: "operations.read",
    summary: { zh: "接入进度", en: "Setup progress" },
    text: {
      zh: "使用当前的 Token、EncodingAESKey、AppSecret 已达到的进度；没有的字段表示尚未达到。更换任何一项后重新计算。",
      en: "The milestones reached with the current Token, EncodingAESKey and AppSecret; a missing field is not reached yet. Changing one of the values resets the progress.",
    },
    answers: {
      200: {
        text: { zh: "进度", en: "The milestones" },
        content: { type: "application/json", schema: MilestonesSchema },
      },
    },
  }),
  async (c) => {
    const { verified, message, answer } = await servicesOf(c).account().milestones();
    const shown = {
      ...(verified > 0 && { verified: isoTime(verified) }),
      ...(message > 0 && { message: isoTime(message) }),
      ...(answer > 0 && { answer: isoTime(answer) }),
    };
    return c.json(shown satisfies v.InferOutput<typeof MilestonesSchema>);
  },
);
