/**
 * The webhooks of the settings, as the worker reports them: `GET /api/v1/webhooks`. `check-wechat.ts` checks whether
 * the API answers at all.
 */
import { check, failed, passed, say, type Finding } from "./finding.ts";
import { callApi, readObject, toLine, toList, toObject, type Ports, type Target } from "./target.ts";

/**
 * A finding for each webhook, and one more where events were skipped; none without webhooks. Only one finding when the
 * settings cannot be read.
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
  const name = check(`webhook.${id}`, `Webhook ${id} 收得到`, `the webhook ${id} takes events`);
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
      return failed(name, say("连续失败，已暂停", "repeated deliveries failed: the webhook is paused"), RECEIVER, fact);
    case "failing":
      return failed(name, toFailing(webhook), RECEIVER, fact);
    default:
      return passed(name);
  }
}

/**
 * Other conversations may be delivered while some wait; after a change of the address no more than this may be known.
 */
function toFailing({ failures, waiting }: Readonly<Record<string, unknown>>) {
  if (failures !== 0 || typeof waiting !== "number") return say("最近的投递失败了", "the latest deliveries failed");
  return say(
    `${waiting} 个对话的事件投递失败，等待重试`,
    `the events of ${waiting} conversations failed and wait to be tried again`,
  );
}

/** Events the endpoint did not receive: it gets them only by a replay. */
function judgeSkipped(webhook: Readonly<Record<string, unknown>>): readonly Finding[] {
  const id = toLine(webhook["id"]);
  const { count, conversations, lastReason, lastStatus, first } = toObject(webhook["skipped"]);
  if (typeof count !== "number") return [];
  const name = check(`webhook.${id}.skipped`, `Webhook ${id} 没有遗漏事件`, `the webhook ${id} got every event`);
  const { id: event, at } = toObject(first);
  const status = typeof lastStatus === "number" ? ` HTTP ${lastStatus}` : "";
  const since = event === undefined ? "" : `, since ${toLine(at)} (${toLine(event)})`;
  const fact = `${count} / ${Number(conversations)}, ${toLine(lastReason)}${status}${since}`;
  return [failed(name, say(`遗漏了 ${count} 个事件`, `${count} events were skipped`), replay(id), fact)];
}

function replay(id: string) {
  const path = `/api/v1/webhooks/${id}`;
  return say(
    `先修好接收方，再 POST ${path}/replay {"from":"skipped"} 重发；不需要的用 DELETE ${path}/skipped 清除`,
    `correct the receiver, then POST ${path}/replay {"from":"skipped"}; DELETE ${path}/skipped if they are not wanted`,
  );
}

const UNREADABLE = failed(
  check("settings", "设置可以读取", "the settings can be read"),
  say(
    "已存的设置是另一版本的服务保存的，这一版无法读取：规则不生效，Webhook 暂不投递",
    "another version of the worker stored the settings and this version cannot read them: rules are off, webhooks are not delivered",
  ),
  say(
    "部署保存它们的版本；或用 GET /api/v1/settings 查看 problems，改好后 PUT",
    "deploy the version that stored them; or GET /api/v1/settings, correct what problems lists, and PUT",
  ),
);
const SECRET = say("npx wrangler secret put WEBHOOK_SECRET", "npx wrangler secret put WEBHOOK_SECRET");
const RECEIVER = say(
  "看接收方的日志：5 秒内答 2xx，不重定向，密钥一致；修好后自动恢复",
  "see the receiver's log: it must answer 2xx within 5 seconds, without a redirect, with the same secret; delivery then resumes automatically",
);
