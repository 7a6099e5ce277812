/**
 * Checks the robots that alerts are sent to, as the worker reports them: `GET /api/v1/alerts`. It sends no message;
 * `POST /api/v1/alerts/test` sends a test message. `check-wechat.ts` checks whether the API answers at all.
 */
import { readBoth } from "../../shared/base/bilingual.ts";
import { check, failed, passed, say, type Finding } from "./finding.ts";
import { callApi, readObject, toLine, toList, toObject, type Ports, type Target } from "./target.ts";

const ALERTS = check("alerts", "提醒机器人（ALERT_ROBOTS）", "the robots of alerts (ALERT_ROBOTS)");

/**
 * Returns a failure for each problem of ALERT_ROBOTS; if there is none, a failure for each robot whose last alert failed;
 * if there is none, one finding: passed, or a warning when robots are set without DESK_URL. Returns none without an API
 * key, when the API cannot be reached, and when its status is not 200.
 */
export async function checkAlerts(ports: Ports, target: Target): Promise<readonly Finding[]> {
  const { apiKey } = target;
  if (apiKey === undefined) return [];
  const reply = await callApi(ports, { ...target, apiKey }, { path: "/api/v1/alerts" });
  if ("unreachable" in reply || reply.status !== 200) return [];
  const answer = readObject(reply.body);
  const problems = toList(answer["problems"]).map(toObject);
  if (problems.length > 0) return problems.map(toFault);
  const robots = toList(answer["robots"]).map(toObject);
  if (robots.length === 0) return [passed(ALERTS, "未设置 / none")];
  const failing = robots.filter(({ failure }) => failure !== undefined);
  if (failing.length > 0) return failing.map(toFailing);
  const fact = robots.map(({ name, vendor }) => `${toLine(name)} (${toLine(vendor)})`).join(", ");
  return answer["deskUrl"] === null ? [{ ...NO_LINK, fact }] : [passed(ALERTS, fact)];
}

function toFault({ path, problem, cure }: Readonly<Record<string, unknown>>): Finding {
  const fact = `${toLine(path)} ${toLine(problem)}`.trim();
  const wrong = say(
    `ALERT_ROBOTS 有误，不会发出提醒：${fact}`,
    `ALERT_ROBOTS cannot be used and no alert is sent: ${fact}`,
  );
  const line = toLine(cure);
  return failed(ALERTS, wrong, say(`${line}（docs/how-to/alerts.md）`, `${line} (docs/how-to/alerts.md)`));
}

function toFailing({ name, failure }: Readonly<Record<string, unknown>>): Finding {
  const { reason, vendorCode, meaning, cure, lastAt } = toObject(failure);
  const robot = toLine(name);
  const said = readBoth(toLine(meaning));
  const code = vendorCode === undefined ? "" : ` ${toLine(vendorCode)}`;
  const wrong = say(
    `机器人 ${robot} 没有接受最近的提醒：${said.zh}`,
    `the robot ${robot} did not accept the latest alert: ${said.en}`,
  );
  return failed(ALERTS, wrong, readBoth(toLine(cure)), `${toLine(reason)}${code}, ${toLine(lastAt)}`);
}

const NO_LINK: Finding = {
  ...ALERTS,
  state: "warning",
  wrong: say("没有设 DESK_URL：提醒中没有工作台的链接", "DESK_URL is not set: alerts have no link to the desk"),
  cure: say(
    "在 wrangler.toml 的 [vars] 中设为工作台的地址，例如 https://kefu.example.com/desk",
    "set it under [vars] in wrangler.toml to the address of the desk, such as https://kefu.example.com/desk",
  ),
};
