/**
 * Checks whether an admin can sign in to the desk: `GET /api/v1/agents`. `check-wechat.ts` checks whether the API answers
 * at all, `check-health.ts` whether there is a desk.
 */
import { check, passed, say, type Finding } from "./finding.ts";
import { callApi, readObject, toList, toObject, type Ports, type Target } from "./target.ts";

const PEOPLE = check("people", "有管理员可以登录客服工作台", "an admin can sign in to the desk");

/** Returns one finding; none when the API does not answer, or has no desk. */
export async function checkPeople(ports: Ports, target: Target): Promise<readonly Finding[]> {
  const { apiKey } = target;
  if (apiKey === undefined) return [];
  // Agents belong to the deployment, not to one mini program.
  const reply = await callApi(ports, { url: target.url, apiKey }, { path: "/api/v1/agents" });
  if ("unreachable" in reply || reply.status !== 200) return [];
  const agents = toList(readObject(reply.body)["agents"]).map(toObject);
  const open = agents.filter(({ isSuspended }) => isSuspended !== true);
  const able = open.filter(({ hasPassword }) => hasPassword === true);
  const admins = able.filter(({ role }) => role === "admin");
  const fact = `agents: ${agents.length}, can sign in: ${able.length}, admins of them: ${admins.length}`;
  if (admins.length > 0) return [passed(PEOPLE, fact)];
  return [{ ...PEOPLE, state: "warning", fact, wrong: NO_ADMIN, cure: INVITE }];
}

const NO_ADMIN = say("还没有管理员设置密码", "no admin has set a password yet");
const INVITE = say(
  "运行 npm run setup（本机 npm start）会给出邀请链接，24 小时内有效；也可用 POST /api/v1/agents",
  "npm run setup (npm start on your machine) prints an invite link, valid for 24 hours; or use POST /api/v1/agents",
);
