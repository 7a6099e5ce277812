/**
 * The webhooks of the settings, as the worker itself sees them: `GET /api/v1/webhooks`. Whether the API answers at all is
 * judged by `check-wechat.ts`.
 */
import { check, failed, passed, say, type Finding } from "./finding.ts";
import { callApi, readObject, toLine, toList, toObject, type Ports, type Target } from "./target.ts";

/** One finding for each webhook; none where there are none. */
export async function checkWebhooks(ports: Ports, target: Target): Promise<readonly Finding[]> {
  const { apiKey } = target;
  if (apiKey === undefined) return [];
  const reply = await callApi(ports, { ...target, apiKey }, { path: "/api/v1/webhooks" });
  if ("unreachable" in reply || reply.status !== 200) return [];
  return toList(readObject(reply.body)["webhooks"]).map(toObject).map(judgeWebhook);
}

function judgeWebhook(webhook: Readonly<Record<string, unknown>>): Finding {
  const id = toLine(webhook["id"]);
  const name = check(`webhook.${id}`, `Webhook ${id} 收得到`, `the webhook ${id} takes events`);
  const status = webhook["lastStatus"];
  const fact = `${toLine(webhook["lastReason"])}${typeof status === "number" ? ` HTTP ${status}` : ""}`.trim();
  switch (webhook["state"]) {
    case "held":
      return failed(
        name,
        say("没有 WEBHOOK_SECRET，事件留着不发", "there is no WEBHOOK_SECRET, events are kept back"),
        SECRET,
      );
    case "paused":
      return failed(name, say("连续失败，已暂停", "it failed again and again and is paused"), RECEIVER, fact);
    case "failing":
      return failed(name, say("最近的投递失败了", "the latest deliveries failed"), RECEIVER, fact);
    default:
      return passed(name);
  }
}

const SECRET = say("npx wrangler secret put WEBHOOK_SECRET", "npx wrangler secret put WEBHOOK_SECRET");
const RECEIVER = say(
  "看接收方的日志：5 秒内答 2xx，不重定向，密钥一致；修好后自动恢复",
  "see the receiver's log: 2xx within 5 seconds, no redirect, the same secret; it goes on by itself once mended",
);
