/** The setup progress that `GET /milestones` returns. */
import * as v from "valibot";
import { both, named, TimeSchema } from "./schemas.ts";

const reached = (zh: string, en: string) => v.exactOptional(v.pipe(TimeSchema, v.description(both(zh, en))));

/** The time at which each milestone was reached; a missing field is not reached yet. */
export const MilestonesSchema = named(
  "Milestones",
  v.strictObject({
    verified: reached("最近一次 URL 验证", "the last valid URL verification"),
    message: reached("用户的第一条消息", "the first message of a user"),
    answer: reached("微信接受的第一条回复", "the first reply that WeChat accepted"),
  }),
);
