/** Checks of the address and the clock, for which no signature is needed (WECHAT.md §1.1, §13). */
import { check, failed, passed, say, skipped, type Finding } from "./finding.ts";
import type { Reply } from "./target.ts";

const ADDRESS = check("address", "消息推送 URL 的格式", "the format of the push URL");
const CLOCK = check("clock", "时钟", "the clocks");
/**
 * The largest accepted clock difference, milliseconds: longer than a request takes, and shorter than the 300 s after
 * which a plaintext push is rejected.
 */
const MAX_SKEW_MS = 60_000;

/** Returns whether the address belongs to this machine. */
export function isLocal(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.");
}

/**
 * Checks the address. A port other than the default fails, because WeChat pushes to 80 (http) and 443 (https) only. A
 * warning for http and for `*.workers.dev`, which is unreliable from mainland China.
 */
export function checkAddress(url: string): Finding {
  if (isLocal(url)) return passed(ADDRESS, "本机 / this machine only");
  const { protocol, port, hostname } = new URL(url);
  if (port !== "") {
    return failed(
      ADDRESS,
      say("微信只推送到 80（http）和 443（https）端口", "WeChat pushes to port 80 (http) and 443 (https) only"),
      say("使用默认端口", "use the default port"),
      `port ${port}`,
    );
  }
  if (hostname.endsWith(".workers.dev")) {
    return {
      ...ADDRESS,
      state: "warning",
      fact: hostname,
      wrong: say("*.workers.dev 在中国大陆不稳定", "*.workers.dev is unreliable in mainland China"),
      cure: say("绑定自己的域名（docs/how-to/deploy.md）", "use a custom domain (docs/how-to/deploy.md)"),
    };
  }
  if (protocol === "https:") return passed(ADDRESS);
  return {
    ...ADDRESS,
    state: "warning",
    wrong: say(
      "http 不加密，第三方可以读取查询参数与 API 密钥",
      "http is not encrypted: third parties can read the query parameters and the API key",
    ),
    cure: say("使用 https", "use https"),
  };
}

/** Compares this machine's clock with the answer's Date header, whose resolution is one second. */
export function checkClock(reply: Reply, url: string): Finding {
  const date = "unreachable" in reply ? Number.NaN : Date.parse(reply.headers.get("date") ?? "");
  if (isLocal(url) && Number.isNaN(date)) return passed(CLOCK, "同一台机器 / same machine");
  if ("unreachable" in reply || Number.isNaN(date)) {
    return skipped(
      CLOCK,
      say("应答没有 Date 头", "the answer has no Date header"),
      say("请对已部署的服务再次运行 doctor", "run the doctor again with a deployed worker"),
    );
  }
  const earliest = reply.sentAt - 1_000;
  const skewMs = date < earliest ? earliest - date : Math.max(0, date - reply.receivedAt);
  const fact = `${Math.round(skewMs / 1_000)} s`;
  if (skewMs <= MAX_SKEW_MS) return passed(CLOCK, fact);
  return failed(
    CLOCK,
    say("本机与服务的时钟相差过大", "the clocks of this machine and of the worker differ too much"),
    say(
      "Cloudflare 的时钟准确：请校准本机时间（NTP）。签名时间相差过大的推送会被拒绝，上限：加密推送为 WECHAT_PUSH_MAX_AGE_S（默认 900 秒），明文推送为 300 秒",
      "Cloudflare's clock is accurate: correct this machine's clock (NTP). Pushes with a larger difference are rejected; the limit is WECHAT_PUSH_MAX_AGE_S for encrypted pushes (default 900 s) and 300 s for plaintext ones",
    ),
    fact,
  );
}

/** Returns the origin of an http(s) URL, without path and user name; undefined for any other text. */
export function originOf(address: string): string | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  return url?.protocol === "https:" || url?.protocol === "http:" ? url.origin : undefined;
}
