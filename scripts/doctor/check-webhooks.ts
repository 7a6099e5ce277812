/**
 * Checks the webhooks in the settings, as the worker reports them: `GET /api/v1/webhooks`. `check-wechat.ts` checks
 * whether the API answers at all.
 */
import { check, failed, passed, say, type Finding } from "./finding.ts";
import { callApi, readObject, toLine, toList, toObject, type Ports, type Target } from "./target.ts";

/**
 * Returns a finding for each webhook, and one more where events were skipped. None without webhooks, without an API key
 * or when the API does not answer; only one when the settings cannot be read.
 */
export async function checkWebhooks(ports: Ports, target: Target): Promise<readonly Finding[]> {
  const { apiKey } = target;
  if (apiKey === undefined) return [];
  const reply = await callApi(ports, { ...target, apiKey }, { path: "/api/v1/webhooks" });
  if ("unreachable" in reply) return [];
  if (toLine(readObject(reply.body)["code"]) === "settings_unreadable") return [UNREADABLE];
  if (reply.status !== 200) return [];
  return toList(readObject(reply.body)["webhooks"]).map(toObject).flatMap(judgeWebhook);
}

function judgeWebhook(webhook: Readonly<Record<string, unknown>>): readonly Finding[] {
  return [judgeState(webhook), ...judgeSkipped(webhook)];
}

function judgeState(webhook: Readonly<Record<string, unknown>>): Finding {
  const id = toLine(webhook["id"]);
  const name = check(`webhook.${id}`, `Webhook ${id} 能接收事件`, `the webhook ${id} accepts events`);
  const status = webhook["lastStatus"];
  const fact = `${toLine(webhook["lastReason"])}${typeof status === "number" ? ` HTTP ${status}` : ""}`.trim();
  switch (webhook["state"]) {
    case "held":
      return failed(
        name,
        say(
          "未设置 WEBHOOK_SECRET：事件已保存，暂不投递",
          "WEBHOOK_SECRET is not set: events are stored and not delivered",
        ),
        SECRET,
      );
    case "paused":
      return failed(
        name,
        say("连续投递失败，已暂停", "deliveries failed repeatedly: the webhook is paused"),
        RECEIVER,
        fact,
      );
    case "failing":
      return failed(name, toFailing(webhook), RECEIVER, fact);
    default:
      return passed(name);
  }
}

/**
 * Returns the finding's texts for failing deliveries. Events of some conversations may be delivered while those of
 * others wait; after the URL was changed, the number of waiting conversations may be unknown.
 */
function toFailing({ failures, waiting }: Readonly<Record<string, unknown>>) {
  if (failures !== 0 || typeof waiting !== "number") return say("最近的投递失败", "the latest deliveries failed");
  return say(
    `${waiting} 个对话的事件投递失败，等待重试`,
    `deliveries of ${waiting} conversations failed and will be retried`,
  );
}

/** Returns a finding when the endpoint did not receive some events; only a replay delivers these. */
function judgeSkipped(webhook: Readonly<Record<string, unknown>>): readonly Finding[] {
  const id = toLine(webhook["id"]);
  const { count, conversations, lastReason, lastStatus, first } = toObject(webhook["skipped"]);
  if (typeof count !== "number") return [];
  const name = check(`webhook.${id}.skipped`, `Webhook ${id} 没有遗漏事件`, `the webhook ${id} received every event`);
  const { id: event, at } = toObject(first);
  const status = typeof lastStatus === "number" ? ` HTTP ${lastStatus}` : "";
  const since = event === undefined ? "" : `, since ${toLine(at)} (${toLine(event)})`;
  const fact = `${count} / ${Number(conversations)}, ${toLine(lastReason)}${status}${since}`;
  return [failed(name, say(`遗漏了 ${count} 个事件`, `${count} events were skipped`), replay(id), fact)];
}

function replay(id: string) {
  const path = `/api/v1/webhooks/${id}`;
  return say(
    `先修正接收方，再用 POST ${path}/replay {"from":"skipped"} 重新投递；不需要时用 DELETE ${path}/skipped 清除`,
    `fix the receiver, then POST ${path}/replay {"from":"skipped"}; if the events are not needed, DELETE ${path}/skipped`,
  );
}

const UNREADABLE = failed(
  check("settings", "设置可以读取", "the settings can be read"),
  say(
    "已存储的设置由另一版本的服务写入，当前版本无法读取：规则不生效，Webhook 暂不投递",
    "another version of the worker stored the settings and this version cannot read them: rules are off, webhooks are not delivered",
  ),
  say(
    "部署写入它们的版本；或用 GET /api/v1/settings 查看 problems，修正后 PUT",
    "deploy the version that stored them; or GET /api/v1/settings, fix what problems lists, and PUT",
  ),
);
const SECRET = say("npx wrangler secret put WEBHOOK_SECRET", "npx wrangler secret put WEBHOOK_SECRET");
const RECEIVER = say(
  "查看接收方的日志：须在 5 秒内以 2xx 响应，不重定向，密钥一致；修正后自动恢复",
  "see the receiver's log: it must answer 2xx within 5 seconds, without a redirect, with the same secret; delivery then resumes automatically",
);
