/**
 * Checks forwarding to the team's own push server, as the worker reports it: `GET /api/v1/forwarding`.
 * `check-wechat.ts` checks whether the API answers at all.
 */
import { check, failed, passed, say, type Finding } from "./finding.ts";
import { callApi, readObject, toLine, toList, type Ports, type Target } from "./target.ts";

const FORWARDING = check("forwarding", "推送转发", "forwarding of pushes");
const CURE = say(
  "查看该服务器的日志：须在 4 秒内以 200 应答，不重定向，密钥与后台一致；修正后自动恢复",
  "see that server's log: it must answer 200 within 4 seconds, without a redirect, and use the same Token and EncodingAESKey as the console; forwarding recovers automatically",
);

/** Returns one finding; none without an API key or when the API does not answer with 200. */
export async function checkForwarding(ports: Ports, target: Target): Promise<readonly Finding[]> {
  const { apiKey } = target;
  if (apiKey === undefined) return [];
  const reply = await callApi(ports, { ...target, apiKey }, { path: "/api/v1/forwarding" });
  if ("unreachable" in reply || reply.status !== 200) return [];
  const forwarding = readObject(reply.body);
  if (forwarding["state"] === "off") return [passed(FORWARDING, "未开启 / off")];
  const kinds = toList(forwarding["kinds"]).map(toLine).join(", ");
  const route = `${kinds} → ${toLine(forwarding["target"])}`;
  if (forwarding["state"] !== "failing") return [passed(FORWARDING, route)];
  const status = forwarding["lastStatus"];
  const last = `${toLine(forwarding["lastReason"])}${typeof status === "number" ? ` HTTP ${status}` : ""}`;
  const wrong = say(
    "最近转发的推送没有得到应答，微信会重试",
    "the latest forwarded pushes were not answered; WeChat retries them",
  );
  return [failed(FORWARDING, wrong, CURE, `${route}: ${last}, ${toLine(forwarding["lastFailureAt"])}`)];
}
