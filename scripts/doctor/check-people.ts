/**
 * Checks whether an admin can sign in to the desk: `GET /api/v1/agents`. `check-wechat.ts` checks whether the API
 * answers at all, `check-health.ts` whether there is a desk.
 */
import { check, passed, say, type Finding } from "./finding.ts";
import { callApi, readObject, toList, toObject, type Ports, type Target } from "./target.ts";

const PEOPLE = check("people", "有管理员可以登录客服工作台", "an admin can sign in to the desk");

/** Returns one finding; none without an API key, when the API does not answer, or when the worker has no desk. */
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
  if (admins.length === 0) return [{ ...PEOPLE, state: "warning", fact, wrong: NO_ADMIN, cure: INVITE }];
  if (await servesUsers(ports, { url: target.url, apiKey })) return [passed(PEOPLE, fact)];
  return [{ ...PEOPLE, state: "warning", fact, wrong: NO_USERS, cure: NAME_DESK }];
}

/** Returns whether agents of the desk serve the users of any account; true when the settings cannot be read. */
async function servesUsers(ports: Ports, place: Parameters<typeof callApi>[1]): Promise<boolean> {
  const reply = await callApi(ports, place, { path: "/api/v1/settings" });
  if ("unreachable" in reply || reply.status !== 200) return true;
  const { defaults, overrides } = readObject(reply.body);
  const all = [toObject(defaults), ...Object.values(toObject(overrides)).map(toObject)];
  return all.some(({ humanService }) => humanService === "desk");
}

const NO_ADMIN = say("还没有管理员设置密码", "no admin has set a password yet");
const INVITE = say(
  "运行 npm run setup（本机 npm start）会给出邀请链接，24 小时内有效；也可用 POST /api/v1/agents",
  "npm run setup (npm start on your machine) prints an invite link, valid for 24 hours; or use POST /api/v1/agents",
);
const NO_USERS = say(
  "客服工作台没有用户：设置里的 humanService 不是 desk，用户转给微信自带的客服工具",
  "the desk has no users: humanService is not desk in the settings, so they go to WeChat's own agent tools",
);
const NAME_DESK = say(
  "要由客服工作台接待，用 PUT /api/v1/settings 写入 humanService: desk（docs/reference/settings.md）",
  "to serve them at the desk, store humanService: desk with PUT /api/v1/settings (docs/reference/settings.md)",
);
