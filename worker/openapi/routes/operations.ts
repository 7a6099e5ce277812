/** What the API document contains about the routes for operations. */
import { AlertsSchema, AlertTestBodySchema, AlertTestedSchema } from "../../../shared/api/alerts.ts";
import { AuditPageSchema } from "../../../shared/api/audit.ts";
import { DiagnosticsSchema } from "../../../shared/api/diagnostics.ts";
import { AccountEventsSchema, ForwardingSchema } from "../../../shared/api/events.ts";
import { ResumedSchema } from "../../../shared/api/health.ts";
import { MilestonesSchema } from "../../../shared/api/milestones.ts";
import { QuarantineSchema } from "../../../shared/api/schemas.ts";
import type { RouteDocs } from "../route-docs.ts";

/** The descriptions of these routes, by operation id. */
export const OPERATIONS: RouteDocs = {
  resumeApp: {
    tag: "operations",
    summary: { zh: "解除暂停", en: "Lift a pause" },
    text: {
      zh: "先试发一条等待中的消息：微信接受它，或只拒绝这一条时，解除暂停并发送其余消息；微信再次拒绝整个小程序时，继续暂停。可重复调用。",
      en: "Sends one waiting message first. If WeChat accepts it, or refuses only that message, the pause is lifted and the others follow; if WeChat refuses the whole app again, the pause remains. May be called repeatedly.",
    },
    answers: {
      200: {
        text: { zh: "结果", en: "The result" },
        content: { type: "application/json", schema: ResumedSchema },
      },
    },
  },
  getMilestones: {
    tag: "operations",
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
  },
  getAlerts: {
    tag: "operations",
    summary: { zh: "提醒机器人", en: "The robots that receive alerts" },
    text: {
      zh: "密钥 ALERT_ROBOTS 中的机器人，以及何时提醒。不返回机器人的网址和密钥。",
      en: "The robots in the secret ALERT_ROBOTS, and when alerts are due. URLs and secrets of robots are never returned.",
    },
    answers: {
      200: {
        text: { zh: "机器人与设置", en: "The robots, and when alerts are sent" },
        content: { type: "application/json", schema: AlertsSchema },
      },
    },
  },
  testAlert: {
    tag: "operations",
    summary: { zh: "向机器人发送测试消息", en: "Send a test message to a robot" },
    text: {
      zh: "最长 5 秒。机器人没有接受时为 502 `robot_failed`，含原因和处理方法。",
      en: "Takes at most 5 seconds. 502 `robot_failed` when the robot did not accept it, with cause and fix.",
    },
    body: [{ type: "application/json", schema: AlertTestBodySchema, example: { robot: "duty" } }],
    answers: {
      200: {
        text: { zh: "机器人已接受", en: "The robot accepted it" },
        content: { type: "application/json", schema: AlertTestedSchema },
      },
    },
    problems: [
      "malformed_json",
      "robot_not_found",
      "robots_invalid",
      "body_too_large",
      "unsupported_media_type",
      "invalid_field",
      "robot_failed",
    ],
  },
  listAudit: {
    tag: "operations",
    summary: { zh: "审计日志", en: "The audit log" },
    text: {
      zh: "整个部署一份，只增不改，按 seq 升序：记录谁在何时保存了设置、导出或删除了对话。每页在返回前都会校验；从 after=0 起逐页读完，即校验了全部记录。",
      en: "One log for the deployment, append-only, in ascending order of seq: who did what and when, such as storing settings, or exporting or erasing a conversation. Each page is verified before it is returned; reading all pages from after=0 verifies the whole log.",
    },
    answers: {
      200: {
        text: { zh: "一页", en: "A page" },
        content: { type: "application/json", schema: AuditPageSchema },
      },
    },
    problems: ["invalid_field"],
  },
  listEvents: {
    tag: "operations",
    summary: { zh: "小程序的事件（不属于任何对话）", en: "Events of the mini program that belong to no conversation" },
    text: {
      zh: "其他产品的事件、整个小程序的事件、名称未知的事件，按 seq 升序。保存 next，下次作为 after 传入。约保留最新 5000 件，最长 RETENTION_DAYS 天。一页可能少于 limit：events 为空才表示没有更多。",
      en: "Events of other products, of the mini program as a whole, and with an unknown name, in ascending order of seq. Store next and pass it as after. About the newest 5000 are kept, for at most RETENTION_DAYS. A page may have fewer entries than limit: only an empty page means that there are no more.",
    },
    answers: {
      200: {
        text: { zh: "一页事件", en: "A page of events" },
        content: { type: "application/json", schema: AccountEventsSchema },
      },
    },
    problems: ["invalid_field"],
  },
  getForwarding: {
    tag: "operations",
    summary: { zh: "推送转发的状态", en: "The state of push forwarding" },
    text: {
      zh: "WECHAT_FORWARD_KINDS 所列的推送会转发到 WECHAT_FORWARD_URL；这里只显示其来源地址。",
      en: "Pushes listed in WECHAT_FORWARD_KINDS are forwarded to WECHAT_FORWARD_URL; only its origin is shown.",
    },
    answers: {
      200: {
        text: { zh: "转发的设置与状态", en: "What is forwarded, and the state of the server" },
        content: { type: "application/json", schema: ForwardingSchema },
      },
    },
  },
  getDiagnostics: {
    tag: "operations",
    summary: { zh: "微信侧自检", en: "WeChat's own diagnostics" },
    text: {
      zh: "向微信查询：能否获取 access_token、发送接口的当日调用次数、各运营商网络能否访问消息推送 URL。最长约 20 秒；微信拒绝时，结果中包含原因和处理方法。",
      en: "Asks WeChat for an access token, for the call limit of custom/send, and whether its networks reach the push URL; takes up to 20 seconds. A refusal is part of the result, with its fix.",
    },
    answers: {
      200: {
        text: { zh: "自检结果", en: "The findings" },
        content: { type: "application/json", schema: DiagnosticsSchema },
      },
    },
  },
  listQuarantine: {
    tag: "operations",
    summary: { zh: "无法解析的推送", en: "Pushes that could not be parsed" },
    text: {
      zh: "确由微信发来但无法解析的推送；最新的在前，保留 7 天，最多 100 条。",
      en: "Authentic pushes of WeChat that could not be parsed; newest first, kept for 7 days, at most 100.",
    },
    answers: {
      200: {
        text: { zh: "隔离的推送", en: "The quarantine" },
        content: { type: "application/json", schema: QuarantineSchema },
      },
    },
  },
};
