/**
 * The rows of `errcode.ts`: every code of WECHAT.md §4.5, with the codes of the calls it refers to (typing §5.1,
 * subscribe messages §8.1, agent accounts §10, request signing §6.5), and of the diagnostics (§6.4). Change a row when
 * the platform changes; `npm test -- plan-of-codes --update` then writes what each code leads to.
 */
import type { BilingualText } from "../../../shared/base/bilingual.ts";
import type { PauseReach, PauseReaction, Reaction } from "../../../shared/message/delivery.ts";
import type { CodeEntry } from "./api/call-api.ts";

/**
 * The meaning of one errcode and what the operator can do. `reach` is present when custom/send refuses the whole
 * account with this code; then sends, or all calls, are paused. It is absent when the code may concern only one
 * message, its receiver or one request. It is also absent for codes of the token endpoint, because a call of
 * custom/send has a token that the token endpoint has already issued. Answers of other calls never cause a pause
 * (docs/design/0005-facts-and-decisions.md).
 */
export interface ErrcodeEntry extends CodeEntry {
  readonly meaning: BilingualText;
  /** What the operator can do; also present when nothing is required. */
  readonly cure: BilingualText;
}

/** Cures that several codes share, each on one line. */
// oxfmt-ignore
const CURE = {
  none: { zh: "无需处理", en: "nothing to do" },
  retry: { zh: "系统会自动重试", en: "the system retries automatically" },
  minute: { zh: "下一分钟自动重试；仍频繁出现请降低调用频率", en: "the system retries in the next minute; if the error persists, make fewer calls" },
  token: { zh: "系统会换取新的 access_token 再试一次；仍失败请核对 AppID 和 AppSecret", en: "a new access_token is fetched and the call is repeated once; if that fails, check AppID and AppSecret" },
  media: { zh: "重新上传图片再发送（media_id 三天后失效）", en: "upload the picture again and send it again (a media_id is valid for three days)" },
  window: { zh: "等用户再次发来消息，或改用订阅消息", en: "wait for the user's next message, or use a subscribe message" },
  user: { zh: "不要再向该用户发送；核对 openid 是否属于本小程序", en: "do not send to this user; check that the openid belongs to this mini program" },
  refused: { zh: "不要再向该用户发送", en: "do not send to this user" },
  request: { zh: "修正请求参数后再调用", en: "correct the request, then call again" },
  secret: { zh: "核对 WECHAT_APPID 与 WECHAT_APP_SECRET 是否为同一小程序且未重置", en: "check that WECHAT_APPID and WECHAT_APP_SECRET belong to the same mini program and that the secret was not reset" },
  appid: { zh: "文字链接的 data-miniprogram-appid 只能填本小程序的 AppID；获取 access_token 时请核对 WECHAT_APPID", en: "data-miniprogram-appid in a text link must be this mini program's own AppID; when an access token is fetched, check WECHAT_APPID" },
  file: { zh: "换一张符合要求的图片（JPG/PNG/GIF，不超过 2 MB）", en: "use another picture: JPG, PNG or GIF, at most 2 MB" },
  shorten: { zh: "缩短该字段", en: "shorten the field" },
  console: { zh: "到小程序后台查看通知并处理后再恢复", en: "read the notice in the mini-program console and resolve it, then resume" },
  confirm: { zh: "请管理员在微信中确认调用，再恢复", en: "have the administrator confirm the call in WeChat, then resume" },
  ipList: { zh: "关闭 IP 白名单，或让取 token 的请求走固定 IP（WECHAT_TOKEN_BASE）", en: "switch the IP whitelist off, or send token calls through a fixed IP (WECHAT_TOKEN_BASE)" },
  permission: { zh: "在小程序后台开通客服消息权限，并确认 token 属于本小程序", en: "enable customer messages in the console, and check that the token belongs to this mini program" },
  agent: { zh: "在小程序后台的客服设置中核对客服账号", en: "check the agent's account in the console's customer-service settings" },
  signing: { zh: "在小程序后台关闭“API 安全”，本项目不使用请求签名", en: "switch request signing (API 安全) off in the console; this project does not sign" },
} as const satisfies Record<string, BilingualText>;

type Texts = readonly [zh: string, en: string, cure: BilingualText];

/** Returns one row of the table: a code that pauses nothing. */
function row(name: string, reaction: Exclude<Reaction, PauseReaction>, ...[zh, en, cure]: Texts): ErrcodeEntry {
  return { name, meaning: { zh, en }, cure, reaction };
}

/**
 * Returns the row of a code that refuses the access token. At the token endpoint the code means that the secret is
 * wrong.
 */
function token(name: string, ...[zh, en]: readonly [zh: string, en: string]): ErrcodeEntry {
  return { name, meaning: { zh, en }, cure: CURE.token, reaction: "outage", replacesToken: true };
}

/** Returns the row of a code that pauses every call, or only sends, when it is the answer of custom/send. */
function pause(reach: PauseReach, name: string, reaction: PauseReaction, ...[zh, en, cure]: Texts): ErrcodeEntry {
  return { name, meaning: { zh, en }, cure, reaction, reach };
}

/** Returns the same row for every code from `first` to `last`, both included. */
function span(first: number, last: number, entry: ErrcodeEntry): Record<number, ErrcodeEntry> {
  return Object.fromEntries(Array.from({ length: last - first + 1 }, (_, index) => [first + index, entry]));
}

/** Every known errcode, by code. */
// Each code is on one line, so that the list can be read as a table:
// oxfmt-ignore
export const ERRCODES: Readonly<Record<number, ErrcodeEntry>> = {
  [-1]: row("system_busy", "outage", "微信系统繁忙", "WeChat is busy", CURE.retry),

  // Tokens, secrets, accounts
  40001: token("invalid_credential", "access_token 无效或不是最新，或 AppSecret 错误", "the access token is invalid or not the newest, or the secret is wrong"),
  40002: row("invalid_grant_type", "fix", "grant_type 错误", "grant_type is wrong", CURE.request),
  40013: row("invalid_appid", "fix", "AppID 不合法；发送消息时指文字链接里的 AppID", "the AppID is not valid; when sending a message, the AppID in a link of its text", CURE.appid),
  40014: token("invalid_access_token", "access_token 不合法", "the access token is malformed"),
  40125: row("invalid_app_secret", "fix", "AppSecret 错误", "the app secret is wrong", CURE.secret),
  40164: pause("account", "ip_not_whitelisted", "stop", "调用方 IP 不在白名单", "the caller's IP is not on the whitelist", CURE.ipList),
  40200: row("invalid_account_type", "fix", "账号类型不支持该接口", "this account type does not support the API", CURE.permission),
  40201: row("push_url_not_set", "fix", "后台没有设置消息推送的 URL", "no push URL is set in the console", { zh: "到小程序后台 → 开发 → 开发管理 → 消息推送配置，填写 URL 并启用", en: "set and enable the URL under message push (消息推送配置) in the console" }),
  40243: row("app_secret_frozen", "fix", "AppSecret 已被冻结", "the app secret is frozen", { zh: "到小程序后台解冻 AppSecret", en: "unfreeze the secret in the console" }),
  41001: row("access_token_missing", "fix", "缺少 access_token", "the access token is missing", CURE.request),
  41002: row("appid_missing", "fix", "缺少 appid", "the AppID is missing", { zh: "设置 WECHAT_APPID", en: "set WECHAT_APPID" }),
  41004: row("app_secret_missing", "fix", "缺少 AppSecret", "the app secret is missing", { zh: "设置 WECHAT_APP_SECRET", en: "set WECHAT_APP_SECRET" }),
  42001: token("access_token_expired", "access_token 已过期", "the access token has expired"),
  48001: pause("send", "api_unauthorized", "stop", "该账号没有此接口权限，或 token 类型不对", "the account may not use this call, or the token is of another kind", CURE.permission),
  48004: pause("send", "api_banned", "stop", "接口已被封禁", "the call is banned for this mini program", CURE.console),
  50002: row("account_limited", "user", "账号受限：多指对方的微信账号（冻结、注销），也可能是本小程序", "an account is limited: mostly the user's (frozen, deleted), or the mini program's", { zh: "不要再向该用户发送；若所有用户都如此，到小程序后台查看通知", en: "do not send to this user; if every user is refused, read the notice in the mini-program console" }),
  50004: row("token_api_forbidden", "fix", "禁止使用 token 接口", "the account may not fetch tokens", CURE.console),
  50007: pause("account", "account_frozen", "stop", "账号已冻结", "the account is frozen", CURE.console),
  61003: row("component_not_authorized", "fix", "未授权给第三方平台", "the mini program has not authorised the third-party platform", CURE.permission),
  61004: pause("send", "ip_or_api_not_allowed", "stop", "IP 不在白名单或接口未授权", "the IP is not on the whitelist, or the call is not authorised", CURE.ipList),
  61007: row("component_api_not_authorized", "fix", "接口权限未授权给第三方平台", "the mini program has not authorised the third-party platform to use this call", CURE.permission),
  89503: pause("account", "admin_confirmation_needed", "stop", "调用需要管理员确认", "the administrator has to confirm the call", CURE.confirm),
  89506: pause("account", "admin_refused_24h", "stop", "管理员已拒绝，24 小时内不能再试", "the administrator refused; another attempt is possible after 24 hours", CURE.confirm),
  89507: pause("account", "admin_refused_1h", "stop", "管理员已拒绝，1 小时内不能再试", "the administrator refused; another attempt is possible after an hour", CURE.confirm),

  // Rates and quotas
  44991: pause("send", "check_rate_per_minute", "rate", "内容检测超过每分钟上限", "too many content checks this minute", CURE.minute),
  45009: pause("send", "daily_quota_used", "quota", "接口当日调用次数已用完", "today's quota of the call is used up", { zh: "等次日重置，或在后台清零调用次数（clear_quota）", en: "wait for the daily reset, or clear the quota (clear_quota)" }),
  45011: pause("send", "rate_per_minute", "rate", "超过每分钟调用上限", "too many calls this minute", CURE.minute),
  48006: row("clear_quota_used", "user", "清零次数本月已用完", "this month's quota resets are used up", { zh: "等下个月", en: "wait for the next month" }),
  76021: row("unknown_cgi_path", "fix", "查询额度的接口路径不存在", "the quota query names an unknown API path", CURE.request),
  76022: row("quota_of_other_token", "fix", "该 token 不能查询此接口的额度", "this kind of token may not query the quota of this API", CURE.permission),

  // The user and the reply window
  40003: row("invalid_openid", "user", "openid 无效或不属于本小程序", "the openid is invalid or belongs to another app", CURE.user),
  43019: row("user_blacklisted", "user", "用户在黑名单中", "the user is blacklisted", CURE.refused),
  43101: row("not_subscribed", "user", "用户未订阅，或一次性订阅已用完", "the user has not subscribed, or the one-time subscription is used up", { zh: "请用户再次订阅", en: "ask the user to subscribe again" }),
  43104: row("openid_app_mismatch", "fix", "openid 与 appid 不匹配", "the openid does not belong to the AppID", CURE.user),
  45015: row("reply_window_closed", "closed", "超出可回复时间，或用户从未互动", "the reply window is closed, or the user never wrote", CURE.window),
  45047: row("reply_quota_used", "used", "可回复条数已用完", "the reply quota of the user's last action is used up", CURE.window),
  48002: row("user_refuses_messages", "user", "用户拒收消息", "the user refuses messages", CURE.refused),
  61010: row("user_not_active", "user", "用户近两小时未访问小程序", "the user has not opened the mini program for two hours", { zh: "等用户打开小程序后再检测", en: "check again once the user has opened the mini program" }),
  70000: row("minor_protection", "user", "因未成年人保护被拦截", "blocked for the protection of minors", CURE.refused),

  // The message
  40008: row("invalid_message_type", "fix", "消息类型不合法", "the message type is not valid", CURE.request),
  40033: row("unicode_escape", "fix", "请求体含 \\uXXXX 转义", "the body contains \\uXXXX escapes", { zh: "直接发送 UTF-8 字符", en: "send the characters themselves, as UTF-8" }),
  43002: row("post_required", "fix", "必须使用 POST", "the call must be a POST", CURE.request),
  44002: row("empty_body", "fix", "请求体为空", "the body is empty", CURE.request),
  44004: row("empty_text", "fix", "文本内容为空", "the text is empty", { zh: "填写文本内容", en: "add a text" }),
  45002: row("content_too_long", "fix", "文本内容过长", "the text is too long", { zh: "拆成多条发送（每条不超过 2048 字节）", en: "split it into messages of at most 2048 bytes" }),
  45003: row("title_too_long", "fix", "标题过长", "the title is too long", CURE.shorten),
  45004: row("description_too_long", "fix", "描述过长", "the description is too long", CURE.shorten),
  45005: row("url_too_long", "fix", "链接过长", "the link is too long", CURE.shorten),
  45006: row("picture_url_too_long", "fix", "图片链接过长", "the picture's link is too long", CURE.shorten),
  45008: row("too_many_articles", "fix", "图文条数过多", "too many articles", CURE.request),
  45162: row("invalid_type_hint", "fix", "不支持的 msgtype", "the msgtype is not supported", { zh: "小程序只能发 text、image、link、miniprogrampage", en: "a mini program may send text, image, link and miniprogrampage" }),
  47001: row("body_parse_error", "fix", "请求体解析失败或缺少字段", "the body cannot be parsed, or a field is missing", CURE.request),
  87014: row("risky_content", "fix", "内容含违规信息", "the content violates rules of the platform", { zh: "不要发送，修改内容", en: "do not send it; change the content" }),
  9001001: row("invalid_parameters", "fix", "POST 参数不合法", "the POST parameters are not valid", CURE.request),

  // Pictures and other media
  40004: row("invalid_media_type", "fix", "媒体文件类型不合法", "the media type is not valid", CURE.file),
  40005: row("invalid_file_type", "fix", "文件类型不合法", "the file type is not valid", CURE.file),
  40006: row("invalid_file_size", "fix", "文件大小不合法", "the file size is not valid", CURE.file),
  40007: row("invalid_media_id", "media", "media_id 无效或已过期", "the media_id is invalid or has expired", CURE.media),
  40009: row("invalid_image_size", "fix", "图片大小不合法", "the picture's size is not valid", CURE.file),
  41005: row("media_data_missing", "fix", "缺少媒体数据，通常是 multipart 缺 filename", "the media data is missing, mostly a multipart part without filename", CURE.request),
  44001: row("empty_media", "fix", "媒体文件为空", "the media file is empty", CURE.file),
  45001: row("media_too_large", "fix", "媒体文件过大", "the media file is too large", CURE.file),
  46001: row("media_not_found", "media", "媒体文件不存在", "the media does not exist", CURE.media),
  87020: row("media_check_repeated", "fix", "重复的媒体检测已被拒绝", "a repeated media check was refused", CURE.none),

  // Typing (§5.1)
  45072: row("invalid_typing_command", "fix", "输入状态命令不合法", "the typing command is not valid", CURE.none),
  45080: row("typing_without_exchange", "fix", "30 秒内没有与用户的消息往来", "no message exchanged with the user in the last 30 seconds", CURE.none),
  45081: row("typing_already_on", "fix", "已处于输入状态", "typing is already shown", CURE.none),

  // Subscribe messages (§8.1)
  40037: row("invalid_template_id", "fix", "订阅消息模板 ID 无效", "the template id is not valid", { zh: "核对模板 ID", en: "check the template id" }),
  43107: row("template_banned", "fix", "订阅消息能力或模板被封禁", "subscribe messages or the template are banned", CURE.console),
  43108: row("concurrent_sends", "retry", "对同一用户并发下发", "several sends to one user at the same time", CURE.retry),
  45168: row("sensitive_word", "fix", "内容含敏感词", "the content contains a sensitive word", { zh: "修改内容", en: "change the content" }),
  47003: row("invalid_template_data", "fix", "模板字段为空或不符合规则", "a field of the template is empty or violates the template's rule", { zh: "按模板规则修改 errmsg 指出的字段", en: "correct the field that errmsg names" }),

  // Agent accounts (§10)
  65400: row("agents_not_enabled", "fix", "客服功能未开通", "customer service is not enabled", { zh: "在小程序后台开通客服", en: "enable customer service in the console" }),
  65401: row("invalid_agent", "fix", "客服账号无效", "the agent does not exist", CURE.agent),
  65402: row("agent_not_bound", "fix", "客服账号尚未绑定微信号", "the agent's account is not bound to a WeChat user", CURE.agent),
  65403: row("invalid_agent_nickname", "fix", "客服昵称不合法", "the agent's nickname is not valid", CURE.agent),
  65404: row("illegal_agent_account", "fix", "客服账号名不合法", "the agent's account name is not valid", CURE.agent),
  65405: row("agent_limit", "fix", "客服账号数已达上限", "the maximum number of agents is reached", CURE.agent),
  65406: row("agent_exists", "fix", "客服账号已存在", "the agent's account exists already", CURE.agent),
  ...span(65407, 65412, row("agent_binding", "fix", "客服账号的邀请或绑定状态不允许此操作", "the state of the agent's invitation or binding does not allow the operation", CURE.agent)),
  65413: row("no_agent_session", "fix", "会话不存在", "the session does not exist", CURE.agent),
  65414: row("served_by_another_agent", "fix", "用户正由其他客服接待", "another agent serves the user", CURE.agent),
  65415: row("agent_offline", "fix", "客服不在线", "the agent is offline", CURE.agent),
  65416: row("invalid_agent_parameter", "fix", "客服接口参数错误", "a parameter of the agent call is not valid", CURE.request),

  // Optional request signing (§6.5)
  ...span(40230, 40240, row("request_signing", "fix", "API 签名或加密校验失败", "the request's signature or encryption was refused", CURE.signing)),
};
