/**
 * Converts the faults of a mini program to the form that `/healthz` returns to the holder of an API key: reason, code,
 * end, meaning and fix, with the texts of the channel.
 */
import type { FaultJson } from "../../shared/api/health.ts";
import { both, isoTime } from "../../shared/api/schemas.ts";
import type { BilingualText } from "../../shared/base/bilingual.ts";
import { describeAge } from "../account/core/stale-pushes.ts";
import type { HealthFault } from "../account/faults/fault-reader.ts";
import type { ChannelTexts, TroubleCause } from "../channels/channel.ts";

const UNREACHABLE = {
  meaning: both(
    "账号对象（Durable Object）没有响应：无法判断消息能否发送",
    "the account object (Durable Object) did not answer: it is unknown whether messages can be sent",
  ),
  cure: both(
    "一分钟后再请求 /healthz；持续出现时在日志中查找 account_unreachable",
    "request /healthz again in a minute; if it persists, search the log for account_unreachable",
  ),
};

const UNREADABLE = {
  meaning: both(
    "已存储的设置由另一版本的服务写入，当前版本无法读取：规则不生效，Webhook 暂不投递",
    "another version of the worker stored the settings and this version cannot read them: rules are off, webhooks are not delivered",
  ),
  cure: both(
    "部署写入它们的版本；或用 GET /api/v1/settings 查看 problems，修正后 PUT",
    "deploy the version that stored them; or GET /api/v1/settings, fix what problems lists, and PUT",
  ),
};

const STALE_CURE = both(
  "若推送被截获并重放：更换 Token（docs/how-to/rotate-secrets.md）；若时钟不准：上面的时间即为偏差；上限由 WECHAT_PUSH_MAX_AGE_S 设定（明文模式固定为 300 秒）",
  "if captured pushes are replayed, change the Token (docs/how-to/rotate-secrets.md); if a clock is wrong, the time above is its error; WECHAT_PUSH_MAX_AGE_S sets the limit (plain mode: always 300 s)",
);

const CAUSES: Readonly<Record<Exclude<TroubleCause, "refused">, BilingualText>> = {
  timeout: { zh: "超时未响应", en: "no answer within the timeout" },
  network: { zh: "连接失败或中断", en: "the connection failed or was interrupted" },
  bad_response: {
    zh: "响应不是平台返回的（HTTP 5xx、网页或其他内容）",
    en: "the response does not come from the platform (HTTP 5xx, a web page or other content)",
  },
  limited: {
    zh: "平台反复返回已被它拒绝的 access_token，且强制刷新次数有限",
    en: "the platform keeps returning an access_token that it then refuses, and forced refreshes are limited",
  },
};

/**
 * Builds the JSON of a fault.
 *
 * @param texts the channel's texts
 */
export function toFaultJson(appid: string, fault: HealthFault, texts: ChannelTexts): FaultJson {
  const { reason } = fault;
  switch (reason) {
    case "account_unreachable":
      return { appid, reason, ...UNREACHABLE };
    case "settings_unreadable":
      return { appid, reason, ...UNREADABLE };
    case "no_token":
    case "sends_failing":
      return toTroubleJson(appid, fault, texts);
    case "stale_pushes": {
      const { count, since, ageMs } = fault;
      const meaning = both(
        `自 ${isoTime(since)} 起 ${count} 次推送因签名时间被拒绝，最近一次：${describeAge(ageMs, "zh")}`,
        `${count} pushes since ${isoTime(since)} were rejected because of their signed timestamp, the latest: ${describeAge(ageMs, "en")}`,
      );
      return { appid, reason, count, meaning, cure: STALE_CURE };
    }
    case "paused":
    case "token_refused": {
      const { code, until } = fault;
      const { name, meaning, cure } = texts.code(code);
      return { appid, reason, code, name, meaning: words(meaning), cure: words(cure), until: isoTime(until) };
    }
  }
}

type TroubleFault = Extract<HealthFault, { readonly reason: "no_token" | "sends_failing" }>;

/** Builds the JSON of a series of failed attempts: start, cause, and fix. */
function toTroubleJson(appid: string, fault: TroubleFault, texts: ChannelTexts): FaultJson {
  const { reason, since, count, cause, code } = fault;
  const known = code === undefined ? undefined : texts.code(code);
  const why =
    cause === "refused"
      ? { zh: `平台返回 ${code}（${known?.meaning.zh}）`, en: `the platform answered ${code} (${known?.meaning.en})` }
      : CAUSES[cause];
  const start = isoTime(since);
  const meaning =
    reason === "no_token"
      ? both(
          `自 ${start} 起无法获取 access_token，已尝试 ${count} 次；最近一次：${why.zh}`,
          `no access_token since ${start}, after ${count} calls; the latest: ${why.en}`,
        )
      : both(
          `自 ${start} 起约 ${count} 次发送失败，其间没有实例报告成功；最近一次：${why.zh}`,
          `since ${start} about ${count} sends have failed, and no isolate has reported a successful one; the latest: ${why.en}`,
        );
  return {
    appid,
    reason,
    ...(known !== undefined && code !== undefined && { code, name: known.name }),
    meaning,
    cure: words(texts.trouble(reason, cause, code)),
    count,
    since: start,
  };
}

function words({ zh, en }: BilingualText): string {
  return both(zh, en);
}
