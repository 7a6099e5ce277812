/**
 * Faults of a mini program as `/healthz` shows them to the holder of an API key: reason, code, end, and the cure in
 * words, from the errcode table.
 */
import type { FaultJson } from "../../shared/api/health.ts";
import { both, isoTime } from "../../shared/api/schemas.ts";
import type { BilingualText } from "../../shared/base/bilingual.ts";
import { describeAge } from "../account/core/stale-pushes.ts";
import type { HealthFault } from "../account/fault-reader.ts";
import { describeCode } from "../channels/wechat/errcode.ts";
import { toTroubleJson } from "./trouble-json.ts";

const UNREACHABLE = {
  meaning: both(
    "账号对象（Durable Object）没有应答：无法判断消息能否发送",
    "the account object (Durable Object) did not answer: it is unknown whether messages can be sent",
  ),
  cure: both(
    "一分钟后再请求 /healthz；持续出现时查日志 account_unreachable",
    "request /healthz again in a minute; if it persists, find account_unreachable in the log",
  ),
};

const UNREADABLE = {
  meaning: both(
    "已存的设置是另一版本的服务保存的，这一版无法读取：规则不生效，Webhook 暂不投递",
    "another version of the worker stored the settings and this version cannot read them: rules are off, webhooks are not delivered",
  ),
  cure: both(
    "部署保存它们的版本；或用 GET /api/v1/settings 查看问题，改好后 PUT",
    "deploy the version that stored them; or GET /api/v1/settings, correct what problems lists, and PUT",
  ),
};

const STALE_CURE = both(
  "若推送被人截获并重放：更换 Token（docs/how-to/rotate-secrets.md）；若时钟不准：上面写明相差多少；上限由 WECHAT_PUSH_MAX_AGE_S 设定（明文模式固定 300 秒）",
  "if captured pushes are being replayed, change the Token (docs/how-to/rotate-secrets.md); if a clock is wrong, the age above is its error; WECHAT_PUSH_MAX_AGE_S sets the limit (plain mode: always 300 s)",
);

/** Builds the JSON of a fault. */
export function toFaultJson(appid: string, fault: HealthFault): FaultJson {
  const { reason } = fault;
  switch (reason) {
    case "account_unreachable":
      return { appid, reason, ...UNREACHABLE };
    case "settings_unreadable":
      return { appid, reason, ...UNREADABLE };
    case "no_token":
    case "sends_failing":
      return toTroubleJson(appid, fault);
    case "stale_pushes": {
      const { count, since, ageMs } = fault;
      const meaning = both(
        `自 ${isoTime(since)} 起 ${count} 次推送因签名时间被拒绝，最近一次：${describeAge(ageMs, "zh")}`,
        `${count} pushes since ${isoTime(since)} were rejected for their signed timestamp, the latest: ${describeAge(ageMs, "en")}`,
      );
      return { appid, reason, count, meaning, cure: STALE_CURE };
    }
    case "paused":
    case "token_refused": {
      const { code, until } = fault;
      const { name, meaning, cure } = describeCode(code);
      return { appid, reason, code, name, meaning: words(meaning), cure: words(cure), until: isoTime(until) };
    }
  }
}

function words({ zh, en }: BilingualText): string {
  return both(zh, en);
}
