/** The schemas of the routes about alerts: the robots, and a test message. */
import * as v from "valibot";
import { both, CodeSchema, named, TimeSchema, WordSchema } from "./schemas.ts";

/** The vendors whose group robots can be used. */
export const ROBOT_VENDORS = ["wecom", "dingtalk", "feishu", "slack"] as const;
/** The languages of an alert. */
export const ALERT_LANGUAGES = ["zh", "en"] as const;

const MinutesSchema = v.pipe(v.number(), v.integer(), v.minValue(0));

/** The name of a robot in ALERT_ROBOTS. */
export const RobotNameSchema = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9_-]{1,32}$/, "must be 1 to 32 letters, digits, hyphens or underscores"),
);

/** A robot as the API returns it: never with its URL and secret. */
const RobotSchema = named(
  "Robot",
  v.strictObject({
    name: WordSchema,
    vendor: v.picklist(ROBOT_VENDORS),
    language: v.picklist(ALERT_LANGUAGES),
    signed: v.pipe(v.boolean(), v.description(both("消息是否签名", "whether messages are signed"))),
    failure: v.exactOptional(
      v.pipe(
        v.strictObject({
          reason: WordSchema,
          vendorCode: v.exactOptional(CodeSchema),
          since: TimeSchema,
          lastAt: TimeSchema,
          meaning: v.string(),
          cure: v.string(),
        }),
        v.description(
          both(
            "最近没有接受消息的原因；机器人再次接受提醒或测试消息后消失",
            "why the latest alerts were not accepted; absent again once the robot accepts an alert or a test message",
          ),
        ),
      ),
    ),
  }),
);

/** The robots and when they are called. */
export const AlertsSchema = named(
  "Alerts",
  v.strictObject({
    robots: v.array(RobotSchema),
    problems: v.pipe(
      v.array(v.strictObject({ path: v.string(), problem: v.string(), cure: v.string() })),
      v.description(
        both(
          "ALERT_ROBOTS 的错误；有错误时没有机器人，不会提醒",
          "the problems of ALERT_ROBOTS; while there is one, there are no robots and no alerts",
        ),
      ),
    ),
    waitMinutes: v.pipe(
      MinutesSchema,
      v.description(
        both("有客服在线时，等待多久后提醒", "minutes a user waits before an alert while agents are online"),
      ),
    ),
    repeatMinutes: v.pipe(
      MinutesSchema,
      v.description(both("持续多久后再次提醒；0 为不重复", "after how long an alert is repeated; 0: never")),
    ),
    deskUrl: v.pipe(
      v.nullable(v.string()),
      v.description(both("提醒中的工作台链接", "the address of the desk in alerts")),
    ),
  }),
);

/** The robot to test. */
export const AlertTestBodySchema = v.strictObject({ robot: RobotNameSchema });

/** The answer to a test message that the robot accepted. */
export const AlertTestedSchema = named(
  "AlertTested",
  v.strictObject({ robot: WordSchema, vendor: v.picklist(ROBOT_VENDORS), accepted: v.literal(true) }),
);
