/** The schemas of `/healthz` and of `POST /resume`: the state of an app, and its faults. */
import * as v from "valibot";
import { both, CodeSchema, named, TimeSchema, WordSchema } from "./schemas.ts";

/** One fault of one app. */
export const FaultSchema = named(
  "Fault",
  v.strictObject({
    appid: WordSchema,
    reason: v.pipe(
      v.picklist([
        "paused",
        "token_refused",
        "no_token",
        "sends_failing",
        "settings_unreadable",
        "stale_pushes",
        "account_unreachable",
      ]),
      v.description(
        both(
          "paused 微信拒绝了整个小程序的发送 · token_refused 微信拒绝返回 access_token · no_token 至少 2 次、至少 30 秒无法获取 access_token · sends_failing 至少 3 次、至少 30 秒没有一次发送成功（无响应、-1、拒绝每个 access_token） · stale_pushes 推送因签名时间被拒绝 · settings_unreadable 已存的设置无法读取 · account_unreachable 账号对象没有响应",
          "paused: WeChat refused sends of the whole app · token_refused: WeChat refused to return an access_token · no_token: no access_token for at least 30 s and 2 calls · sends_failing: no send succeeded for at least 30 s and 3 attempts (no answer, -1, every access_token refused) · stale_pushes: pushes were rejected because their signed timestamp was too far from now · settings_unreadable: the stored settings cannot be read · account_unreachable: the account object did not answer",
        ),
      ),
    ),
    code: v.exactOptional(CodeSchema),
    name: v.exactOptional(WordSchema),
    meaning: v.string(),
    cure: v.string(),
    count: v.exactOptional(
      v.pipe(
        v.number(),
        v.integer(),
        v.description(
          both(
            "约数：stale_pushes 被拒绝的推送数；no_token、sends_failing 连续失败的次数",
            "approximate: rejected pushes for stale_pushes; consecutive failures for no_token and sends_failing",
          ),
        ),
      ),
    ),
    since: v.exactOptional(
      v.pipe(
        TimeSchema,
        v.description(
          both(
            "no_token、sends_failing：第一次失败的时间",
            "for no_token and sends_failing: the time of the first failure",
          ),
        ),
      ),
    ),
    until: v.exactOptional(TimeSchema),
  }),
);
/** One fault of one app. */
export type FaultJson = v.InferOutput<typeof FaultSchema>;

/** `/healthz` of a worker whose configuration is complete. */
export const HealthSchema = v.strictObject({
  status: v.picklist(["ok", "degraded"]),
  /** The number of mini programs. */
  apps: v.number(),
  /** The push mode of each mini program, in the order of the configuration. */
  modes: v.array(v.picklist(["plain", "compatible", "secure"])),
  /** `open` when an API key is set. */
  api: v.picklist(["open", "closed"]),
  /** Whether DATA_KEY is set, the key that seals the texts of the desk. */
  dataKey: v.picklist(["set", "missing"]),
  /** The number of recent pushes of all apps rejected because of their signed timestamp; absent: none. */
  stalePushes: v.exactOptional(v.number()),
  /** Warnings: settings that work but should be changed. */
  warnings: v.array(v.strictObject({ variable: v.string(), warning: v.string(), cure: v.string() })),
  /** Present only when the request has a valid API key. */
  faults: v.exactOptional(v.array(FaultSchema)),
});

/** The state of an app after the call. */
export const ResumedSchema = named(
  "Resumed",
  v.strictObject({
    resumed: v.boolean(),
    trial: v.strictObject({
      outcome: v.pipe(
        v.picklist(["none", "sent", "message_refused", "refused", "unknown", "running", "no_token"]),
        v.description(
          both(
            "message_refused 微信只拒绝了这一条 · refused 微信再次拒绝整个小程序 · unknown 未返回有效结果 · running 另一次试发正在进行",
            "message_refused: WeChat refused that message only · refused: WeChat refused the whole app again · unknown: no usable answer · running: another test send is in progress",
          ),
        ),
      ),
      code: v.exactOptional(CodeSchema),
    }),
    faults: v.array(FaultSchema),
  }),
);
