/**
 * Every problem the REST API can return, by its stable code: status, texts for display, and the additional members
 * (`facts`). The answers, their types, the OpenAPI document and the list on the docs page are generated from this
 * table.
 */
import * as v from "valibot";
import type { BilingualText } from "../base/bilingual.ts";
import { DeskRowSchema } from "./desk/row.ts";
import { CodeSchema, TimeSchema, WindowSchema, WordSchema } from "./schemas.ts";

/** The HTTP statuses of problems. */
export type ProblemStatus =
  | 400
  | 401
  | 403
  | 404
  | 409
  | 410
  | 412
  | 413
  | 415
  | 422
  | 426
  | 428
  | 429
  | 500
  | 502
  | 503;

/** One kind of problem. */
export interface ProblemKind {
  readonly status: ProblemStatus;
  readonly title: BilingualText;
  /** What the caller can do; used as `detail` when there is no more specific text. */
  readonly advice: BilingualText;
  /** Members in addition to the five of RFC 9457. */
  readonly facts: v.ObjectEntries;
}

const field = v.pipe(v.string(), v.description("the name of the parameter, header or body field"));
const count = v.pipe(v.number(), v.integer());
const agent = v.pipe(WordSchema, v.description("the id of the agent"));
const row = v.pipe(v.nullable(DeskRowSchema), v.description("the session as it is now; null when none is open"));
const windowFacts = { window: v.exactOptional(WindowSchema), platformCode: v.exactOptional(CodeSchema) };

const settingsProblems = v.array(
  v.strictObject({ reason: WordSchema, path: v.string(), problem: v.string(), cure: v.string() }),
);

/** A text in Chinese and English. */
type Words = readonly [zh: string, en: string];

/** Makes one row of the table. */
function kind<const S extends ProblemStatus, const F extends v.ObjectEntries>(
  status: S,
  [zh, en]: Words,
  [zhAdvice, enAdvice]: Words,
  facts: F,
) {
  return { status, title: { zh, en }, advice: { zh: zhAdvice, en: enAdvice }, facts };
}

/** All problems, by code. */
// oxfmt-ignore
export const PROBLEMS = {
  malformed_json: kind(400, ["请求体不是合法的 JSON", "Invalid JSON"],
    ["请发送 UTF-8 编码的 JSON", "send JSON in UTF-8"], {}),
  malformed_multipart: kind(400, ["multipart 请求体无法解析", "The multipart body cannot be parsed"],
    ["请在名为 media 的字段中发送一个文件", "send one file in a field named media"], {}),
  idempotency_key_required: kind(400, ["缺少 Idempotency-Key 请求头", "The Idempotency-Key header is missing or invalid"],
    ["每条消息使用一个新的键（1–128 个可见 ASCII 字符），重试时沿用同一个键", "use a new key (1 to 128 visible ASCII characters) for each message, and the same key when you repeat the request"], {}),
  account_required: kind(400, ["未指明账号", "The account is missing"],
    ["配置了多个账号：加 ?account=mini-program:AppID（或 ?appid=），或在路径中写 channel:account:user", "several accounts are configured: add ?account=mini-program:<AppID> (or ?appid=), or write channel:account:user in the path"], {}),
  unauthorized: kind(401, ["未授权", "Unauthorized"],
    ["请使用 Authorization: Bearer <API 密钥>；客服请在 /desk 登录", "send Authorization: Bearer <API key>; agents sign in at /desk"], {}),
  sign_in_refused: kind(401, ["登录失败", "Not signed in"],
    ["名字或密码错误；15 分钟内失败 10 次的账号会锁定 15 分钟。忘记密码时请管理员发送新的邀请", "the name or the password is wrong; ten failures in 15 minutes lock an account for 15 minutes. Ask an admin for a new invite if the password is lost"], {}),
  api_closed: kind(403, ["API 已关闭", "The API is off"],
    ["尚未设置 API 密钥：运行 npx wrangler secret put API_KEYS（可用 npm run -s secret -- API_KEYS 生成，多个以逗号分隔）", "no API key is set: run npx wrangler secret put API_KEYS (generate one with npm run -s secret -- API_KEYS; separate several by commas)"], {}),
  forbidden: kind(403, ["没有权限", "No permission"],
    ["当前角色不能执行此操作：请联系管理员", "your role may not do this: ask an admin"], {}),
  agent_required: kind(403, ["仅限已登录的客服", "For signed-in agents only"],
    ["此接口仅供已登录的客服本人使用，API 密钥不代表任何客服", "this route is for a signed-in agent; an API key does not represent an agent"], {}),
  agent_suspended: kind(403, ["该客服已停用", "The agent is suspended"],
    ["请联系管理员恢复", "ask an admin to lift the suspension"], {}),
  origin_refused: kind(403, ["请求来自其他网站", "The request comes from another origin"],
    ["Origin 须为本服务的地址：请在 /desk 页面操作", "Origin must be this worker's own: use the page at /desk"], {}),
  https_required: kind(403, ["须使用 https", "https is required"],
    ["http 会泄露密码与登录：请用 https 打开；仅本机地址（localhost、127.0.0.1）可用 http", "over http a password or sign-in can be read in transit: open the page by https; http is allowed on localhost and 127.0.0.1 only"], {}),
  route_not_found: kind(404, ["没有这个接口", "Route not found"],
    ["接口列表见 /api/docs", "see /api/docs for the routes and their methods"], {}),
  unknown_account: kind(404, ["没有这个账号", "Account not found"],
    ["account 或 appid 不在本服务的配置中：加入 WECHAT_APPS，或核对", "the account or appid is not in this worker's configuration: add it to WECHAT_APPS, or correct the request"], {}),
  conversation_not_found: kind(404, ["没有这个对话", "Conversation not found"],
    ["该用户从未发过消息，或记录已删除：请核对 id 与账号", "the user never sent a message, or the conversation was erased: check the id and the account"], {}),
  webhook_not_found: kind(404, ["没有这个 Webhook", "Webhook not found"],
    ["设置的 webhooks 中没有这个 id：请核对 id，列表见 GET /api/v1/webhooks", "the settings contain no webhook with this id: GET /api/v1/webhooks lists the ids"], {}),
  robot_not_found: kind(404, ["没有这个机器人", "Robot not found"],
    ["ALERT_ROBOTS 中没有这个名称：GET /api/v1/alerts 列出各机器人", "ALERT_ROBOTS contains no robot with this name: GET /api/v1/alerts lists them"], {}),
  agent_not_found: kind(404, ["没有这个客服", "Agent not found"],
    ["请核对 id，列表见 GET /api/v1/agents", "check the id: GET /api/v1/agents lists them"], {}),
  sign_in_not_found: kind(404, ["没有这次登录", "Sign-in not found"],
    ["这次登录可能已经结束，列表见 GET /api/v1/me/sign-ins", "the sign-in may have ended: GET /api/v1/me/sign-ins lists the open ones"], {}),
  message_not_found: kind(404, ["没有这条消息", "Message not found"],
    ["请核对 id 与 appid；记录可能已删除", "check the id and the appid; the message may have been erased"], {}),
  media_not_found: kind(404, ["没有这个图片", "Picture not found"],
    ["media_id 无效或已过期（有效期三天）：请核对，或让用户重新发送", "the media id is invalid or has expired (it is valid for three days): check it, or ask the user to send the picture again"], { platformCode: CodeSchema }),
  window_closed: kind(409, ["回复窗口已关闭", "The reply window is closed"],
    ["等待用户的下一条消息；或设置 hold: true", "wait for the user's next message, or send with hold: true"], windowFacts),
  quota_used: kind(409, ["回复额度已用尽", "The reply quota is used up"],
    ["等待用户的下一条消息；或设置 hold: true", "wait for the user's next message, or send with hold: true"], windowFacts),
  hold_full: kind(409, ["暂存的消息已达上限", "Held-message limit reached"],
    ["每个对话最多暂存 10 条：用户发来下一条消息时会先发出它们", "a conversation can hold at most 10 messages: they are sent after the user's next message"], windowFacts),
  no_recent_message: kind(409, ["30 秒内没有消息往来", "No message in the last 30 seconds"],
    ["微信只在消息往来后的 30 秒内显示输入状态：请在用户下一条消息之后调用", "WeChat shows the typing indicator only within 30 seconds after a message: call this after the user's next message"], { platformCode: CodeSchema }),
  name_taken: kind(409, ["名字已被使用", "The name is taken"],
    ["请换一个名字；不区分大小写和全角半角", "choose another name; width and case do not matter"], {}),
  last_admin: kind(409, ["这是最后一个管理员", "This is the last admin"],
    ["请先任命另一个管理员", "make another agent an admin first"], {}),
  settings_unreadable: kind(409, ["已存储的设置无法读取", "The stored settings cannot be read"],
    ["设置由另一版本的服务写入：部署那个版本，或按 problems 修正 stored 后 PUT", "another version of the worker stored the settings: deploy that version, or correct the document in the field stored as the field problems says, and PUT it"],
    { version: count, problems: settingsProblems, stored: v.looseObject({}) }),
  robots_invalid: kind(409, ["ALERT_ROBOTS 有误", "ALERT_ROBOTS has problems"],
    ["按 problems 修正后重新设置：npx wrangler secret put ALERT_ROBOTS", "fix every entry of problems and set it again: npx wrangler secret put ALERT_ROBOTS"],
    { problems: v.array(v.strictObject({ path: v.string(), problem: v.string(), cure: v.string() })) }),
  taken: kind(409, ["另一位客服正在接待", "Another agent serves this session"],
    ["assignee 所指的客服正在接待这个会话：请与对方联系，或由主管接管", "the agent named in assignee serves this session: talk to that agent, or let a supervisor take over"],
    { assignee: agent, name: v.pipe(v.nullable(v.string()), v.description("the name of the agent")) }),
  session_changed: kind(409, ["会话已变化", "The session has changed"],
    ["row 字段是会话现在的状态：请查看后再操作", "the field row contains the session's present state: check it, then act again"], { row }),
  session_over: kind(409, ["会话已结束", "The session is over"],
    ["没有打开的会话，或打开的是另一个会话：row 字段是现在的状态", "no session is open, or a different one is open: the field row contains its present state"], { row }),
  stale: kind(409, ["会话中有新的内容", "The session has newer rows"],
    ["from 之后有用户或同事的新内容：请查看后再次发送", "the user or a colleague has acted after from: read the newer rows, then send again"],
    { from: v.pipe(count, v.description("the seq that was seen")), to: v.pipe(count, v.description("the newest seq")) }),
  sending: kind(409, ["有消息正在发送", "A message is being sent"],
    ["消息有结果之后再结束会话", "close the session after the message has an outcome"], {}),
  held: kind(409, ["有暂存的消息", "Messages are held"],
    ["先发送或取消暂存的消息，再结束会话", "send or withdraw the held messages, then close the session"], {}),
  not_held: kind(409, ["消息不在暂存中", "The message is not held"],
    ["消息已发送、正在发送或已取消", "it was sent, is being sent, or was withdrawn"], {}),
  handed_over: kind(409, ["已转给微信官方客服", "Handed over to WeChat's own agents"],
    ["用户正由微信官方客服接待：等待用户的下一条消息", "WeChat's own agents serve the user: wait for the user's next message"], {}),
  no_agent: kind(409, ["没有这位客服", "No such agent"],
    ["客服不存在或已停用：请选择另一位", "the agent does not exist or is suspended: choose another agent"], { agent }),
  other_team: kind(409, ["客服不在这个技能组", "The agent is in another team"],
    ["请选择这个技能组的客服，或先转到另一个技能组", "choose an agent of this team, or transfer to another team first"], { agent }),
  agent_absent: kind(409, ["客服不在线", "The agent is not online"],
    ["请选择在线的客服，或转到技能组", "choose an agent who is online, or transfer to the team"], { agent }),
  over_capacity: kind(409, ["客服已达接待上限", "The agent's capacity is used up"],
    ["请选择另一位客服，或转到技能组", "choose another agent, or transfer to the team"], { agent }),
  not_present: kind(409, ["您已下线", "You are offline"],
    ["请先打开工作台并上线", "open the desk and set yourself online first"], {}),
  no_team: kind(409, ["没有这个技能组", "No such team"],
    ["没有客服属于这个技能组：请核对名称", "no agent is in this team: check its name"], {}),
  same_agent: kind(409, ["会话已由这位客服接待", "This agent already serves the session"],
    ["请选择另一位客服", "choose another agent"], {}),
  same_team: kind(409, ["会话已转给过这个技能组", "The session was already transferred to this team"],
    ["请转给一位客服，或另一个技能组", "transfer it to an agent or to another team"], {}),
  transfer_limit: kind(409, ["转接次数已达上限", "Transfer limit reached"],
    ["一个会话最多转接 10 次：请接待或结束它", "a session can be transferred 10 times: serve it or close it"], {}),
  park_end: kind(409, ["挂起的结束时间已过", "The end of the parking time has passed"],
    ["until 须在将来，且回复窗口未关闭", "until must be in the future, and the reply window must be open"], {}),
  offer_over: kind(409, ["分配已失效", "The offer is over"],
    ["会话已分配给其他客服，或已撤回", "the session was offered to another agent, or the offer was withdrawn"], {}),
  gone: kind(410, ["log 已不存在", "This log no longer exists"],
    ["对话已被删除，之后可能有新的记录：请不带 log，从 after=0 重新读取", "the conversation was erased; it may have a new log: read it from after=0 without log"], {}),
  invite_invalid: kind(410, ["邀请无效", "The invite is not valid"],
    ["邀请 24 小时内有效，只能用一次：请管理员发送新的邀请", "an invite is valid once and for 24 hours: ask an admin for a new one"], {}),
  version_mismatch: kind(412, ["设置在读取后已被修改", "The settings have changed since they were read"],
    ["重新 GET，修改后带上新的 ETag 再 PUT", "GET the settings again, apply your change, and PUT with the new ETag"], { version: count }),
  body_too_large: kind(413, ["请求体过大", "The body is too large"],
    ["请缩小请求体：上限见 limit", "send a smaller body: limit is the maximum in bytes"], { limit: count, unit: v.literal("bytes") }),
  unsupported_media_type: kind(415, ["不支持的内容类型", "The content type is not supported"],
    ["请使用 accepted 中的类型", "use one of the types in accepted"], { accepted: v.array(v.string()) }),
  invalid_field: kind(422, ["字段不合法", "A field is invalid"],
    ["请修正 field 所指的字段", "correct the field named in field"], { field }),
  too_long: kind(422, ["内容过长", "The content is too long"],
    ["请缩短 field 所指的内容，上限见 limit", "shorten the content of field to at most limit"], { field, limit: count, actual: count, unit: v.picklist(["bytes", "characters"]) }),
  weak_password: kind(422, ["密码不合要求", "The password is not accepted"],
    ["too_short 至少 10 个字符 · too_long 最多 200 个 · common 太常见 · like_name 含有登录名", "reason: too_short, at least 10 characters; too_long, at most 200; common, among those tried first; like_name, contains the name"], { reason: v.picklist(["too_short", "too_long", "common", "like_name"]) }),
  unsplittable: kind(422, ["文本无法分段", "The text cannot be split"],
    ["文本中有一个链接超过一条消息的上限：请缩短链接", "a link is longer than a message may be: shorten the link"], { field }),
  idempotency_mismatch: kind(422, ["同一 Idempotency-Key，内容不同", "The Idempotency-Key was used with another body"],
    ["这个 Idempotency-Key 已用于另一条消息，请换一个键", "this Idempotency-Key belongs to another message: use a new key"], {}),
  invalid_settings: kind(422, ["设置不合法", "The settings are invalid"],
    ["请修正 problems 中列出的所有问题", "fix every entry of problems"],
    { problems: settingsProblems }),
  upgrade_required: kind(426, ["需要 WebSocket", "A WebSocket is required"],
    ["请以 Upgrade: websocket 请求", "send the request with Upgrade: websocket"], {}),
  if_match_required: kind(428, ["缺少 If-Match 请求头", "The If-Match header is missing"],
    ["请在 If-Match 中带上 GET 返回的 ETag", "send the ETag of the GET response as If-Match"], {}),
  rate_limited: kind(429, ["请求过于频繁", "Too many requests"],
    ["请在 Retry-After 秒之后重试", "repeat the request after Retry-After seconds"], { retryAfterSeconds: count }),
  internal: kind(500, ["内部错误", "Internal error"],
    ["请用 requestId 查询日志（npx wrangler tail），再重试", "search the worker's log for the requestId (npx wrangler tail), then repeat the request"], { requestId: v.string() }),
  channel_refused: kind(502, ["微信拒绝了请求", "WeChat refused the call"],
    ["原因见 meaning 字段，处理方法见 cure 字段", "the field meaning contains the cause, the field cure the fix"], { platformCode: CodeSchema, name: WordSchema, meaning: v.string(), cure: v.string() }),
  channel_unreachable: kind(502, ["无法连接微信", "WeChat cannot be reached"],
    ["请稍后重试；持续出现时核对 WECHAT_API_BASE", "repeat the request later; if it persists, check WECHAT_API_BASE"], {}),
  robot_failed: kind(502, ["机器人没有接受消息", "The robot did not accept the message"],
    ["原因见 meaning 字段，处理方法见 cure 字段", "the field meaning contains the cause, the field cure the fix"], { reason: WordSchema, vendorCode: v.exactOptional(CodeSchema), meaning: v.string(), cure: v.string() }),
  not_set_up: kind(503, ["服务尚未配置完成", "The worker is not set up yet"],
    ["GET /healthz 列出缺少或有误的变量及修正方法", "GET /healthz lists each missing or malformed variable with its fix"], {}),
  channel_paused: kind(503, ["对微信的调用已暂停", "Calls to WeChat are paused"],
    ["微信返回的错误码使本服务暂停调用（例如当日额度用尽）：请在 until 之后重试", "an error code of WeChat paused these calls (for example: daily limit used up): repeat the request after until"], { until: TimeSchema, platformCode: v.exactOptional(CodeSchema) }),
  audit_unavailable: kind(503, ["审计日志暂不可用", "The audit log is unavailable"],
    ["此操作须先记入审计日志，这次没有执行：请稍后重试", "this action is recorded in the audit log first, and was not carried out: try again"], {}),
  desk_off: kind(503, ["客服工作台未启用", "The desk is off"],
    ["没有设置 DATA_KEY：运行 npm run setup，或 npx wrangler secret put DATA_KEY", "DATA_KEY is not set: run npm run setup, or npx wrangler secret put DATA_KEY"], {}),
  try_again: kind(503, ["暂时不可用", "Temporarily unavailable"],
    ["请在几秒后使用同一个 Idempotency-Key 重试", "repeat the request after a few seconds, with the same Idempotency-Key"], {}),
} as const satisfies Record<string, ProblemKind>;

/** The stable code of a problem. */
export type ProblemCode = keyof typeof PROBLEMS;

/** The members of a problem in addition to those of RFC 9457. */
export type FactsOf<C extends ProblemCode> = Output<(typeof PROBLEMS)[C]["facts"]>;

type Output<F> = F extends v.ObjectEntries ? v.InferOutput<v.ObjectSchema<F, undefined>> : never;
