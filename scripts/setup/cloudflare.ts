/**
 * Setup for Cloudflare: deploys on request, uploads secrets with wrangler, prints the fields of the WeChat console,
 * then waits for the three milestones. Existing secrets are kept, unless the user replaces or renews them. They cannot
 * be read, so they are not shown.
 */
import { createKefuClient } from "../../client/index.ts";
import type { PushMode } from "../../emulator/push-model.ts";
import { err, ok, type Result } from "../../shared/base/result.ts";
import { say } from "../doctor/finding.ts";
import { findAdminLink } from "../lib/desk-links.ts";
import { NO_URL, planCloudflare, type CloudflarePlan } from "./cloudflare-plan.ts";
import { describeConsole } from "./console-text.ts";
import type { Fault } from "./fault.ts";
import type { SetupOptions } from "./options.ts";
import type { SetupPorts } from "./ports.ts";
import { askCloudflare } from "./questions.ts";
import { mayReplace, reportFault, reportMilestone, reportMissing, reportValues } from "./report.ts";
import { secretsOf } from "./values.ts";
import { findPauses, storeFirstSettings, waitForMilestones, waitUntilReady, type WorkerPlace } from "./worker.ts";
import { deploy, listSecrets, NOT_LOGGED_IN, putSecrets, readLogin } from "./wrangler.ts";

/** Sets up the worker on Cloudflare. @returns the exit code */
export async function setUpCloudflare(asked: SetupOptions, ports: SetupPorts): Promise<number> {
  const { screen, ask, wrangler } = ports;
  screen.hide(secretsOf(asked.brought));
  const login = await logIn(ports);
  if (!login.ok) return fail(ports, login.error);
  screen.done(say("已登录 Cloudflare", "logged in to Cloudflare"), login.value.join(", "));
  const listed = await listSecrets(wrangler);
  if (!listed.ok) return fail(ports, listed.error);
  const tomlAppid = await appidOf(ports);
  const known = [...(listed.value ?? []), ...(tomlAppid === undefined ? [] : ["WECHAT_APPID"])];
  const options = ask === undefined ? asked : await askCloudflare(ask, asked, known);
  screen.hide(secretsOf(options.brought));
  const situation = { listed: listed.value, tomlAppid, random: ports.worker.randomBytes };
  const plan = planCloudflare(options, situation);
  if (!plan.ok) return fail(ports, ...plan.error);
  const { conflicts } = plan.value;
  if (conflicts.length > 0 && !(await mayReplace(screen, conflicts, "Cloudflare", ask))) return 1;
  const url = await putInPlace(plan.value, ports);
  if (!url.ok) return fail(ports, url.error);
  return showAndWait(options, plan.value, url.value, ports);
}

async function logIn({ wrangler, ask, login }: SetupPorts): Promise<Result<readonly string[], Fault>> {
  const first = await readLogin(wrangler);
  if (!first.ok) return first;
  if (first.value !== undefined) return ok(first.value);
  const question = say("尚未登录 Cloudflare，现在登录？", "You are not logged in to Cloudflare. Log in now?");
  if (ask === undefined || !(await ask.confirm(question, true)) || !(await login())) return err(NOT_LOGGED_IN);
  const second = await readLogin(wrangler);
  if (!second.ok) return second;
  return second.value === undefined ? err(NOT_LOGGED_IN) : ok(second.value);
}

async function appidOf({ tomlVars }: SetupPorts): Promise<string | undefined> {
  const appid = (await tomlVars())["WECHAT_APPID"];
  return typeof appid === "string" && appid !== "" ? appid : undefined;
}

/** Deploys the worker and uploads the secrets. @returns the worker's origin */
async function putInPlace(plan: CloudflarePlan, { screen, wrangler }: SetupPorts): Promise<Result<string, Fault>> {
  if (plan.deploy) screen.heading(say("部署（约一分钟）", "Deploying, about a minute"));
  const deployed = plan.deploy ? await deploy(wrangler, plan.domain) : ok(undefined);
  if (!deployed.ok) return deployed;
  const url = plan.url ?? deployed.value;
  if (url === undefined) return err(NO_URL);
  if (plan.deploy) screen.done(say("已部署", "deployed"), url);
  screen.heading(say("密钥", "Secrets"));
  // Printed before the upload: if wrangler fails during it, the generated values are not lost.
  reportValues(screen, plan.values, true);
  const upload = plan.values.flatMap(({ name, origin, value }) =>
    origin === "kept" || value === undefined ? [] : [[name, value] as const],
  );
  if (upload.length === 0) return ok(url);
  const put = await putSecrets(wrangler, Object.fromEntries(upload));
  if (!put.ok) return put;
  screen.done(say(`已上传 ${put.value} 项`, `${put.value} uploaded`));
  screen.note(
    say(
      "请自行保存新生成的值，Cloudflare 不会再次显示",
      "store the generated values: Cloudflare does not show them again",
    ),
  );
  return ok(url);
}

async function showAndWait(
  options: SetupOptions,
  { apiKey, appid, values, isNew }: CloudflarePlan,
  url: string,
  ports: SetupPorts,
): Promise<number> {
  const { screen, worker } = ports;
  screen.heading(say("等待服务就绪", "Waiting for the worker"));
  const ready = await waitUntilReady(worker, url);
  if (ready.ok) screen.done(say("服务就绪", "the worker is ready"), `${url}/healthz`);
  else for (const fault of ready.error) reportFault(screen, fault);
  const place = apiKey === undefined ? undefined : { url, apiKey, ...(appid !== undefined && { appid }) };
  const isPaused = ready.ok && (await reportPauses(ports, { url, apiKey }));
  if (ready.ok && place !== undefined) await storeSettings(options, isNew, ports, place);
  if (ready.ok && place !== undefined) await openDesk(ports, place);
  // Printed in any case, because the fields of the console must always be filled in.
  const mode: PushMode = ready.ok ? ready.value : "secure";
  screen.heading(say("在微信后台填写", "Fill in the WeChat console"));
  screen.text(describeConsole(url, values, mode));
  if (!ready.ok) return 1;
  if (options.waitMs === 0) return isPaused ? 1 : 0;
  return place === undefined ? fail(ports, NO_KEY) : wait(options.waitMs, ports, place);
}

/**
 * Reports why the worker sends nothing, such as a pause. @returns whether anything was reported
 */
async function reportPauses({ screen, worker }: SetupPorts, place: Parameters<typeof findPauses>[1]): Promise<boolean> {
  const faults = await findPauses(worker, place);
  for (const fault of faults) reportFault(screen, fault);
  return faults.length > 0;
}

/**
 * Stores the greeting and, for a new worker, the setting `humanService: "desk"`, by which agents of the desk serve
 * users. Existing settings stay unchanged.
 */
async function storeSettings(
  { greeting = "" }: SetupOptions,
  isNew: boolean,
  { screen, worker }: SetupPorts,
  place: WorkerPlace,
): Promise<void> {
  if (greeting === "" && !isNew) return;
  const stored = await storeFirstSettings(worker, place, {
    ...(isNew && { humanService: "desk" }),
    ...(greeting !== "" && { greeting: { messages: [{ type: "text", content: greeting }] } }),
  });
  if (!stored.ok) return reportFault(screen, stored.error);
  if (stored.value && isNew)
    screen.done(say("人工由客服工作台接待", "agents of the desk serve users"), "humanService: desk");
  if (greeting === "") return;
  if (stored.value) screen.done(say("欢迎语已保存", "the greeting is stored"));
  else screen.note(say("已有设置，未写入欢迎语", "settings exist already, so the greeting was not stored"));
}

/** Adds the first admin of the desk if there is none, and reports how that admin signs in. */
async function openDesk({ screen, worker }: SetupPorts, { url, apiKey }: WorkerPlace): Promise<void> {
  const client = createKefuClient({
    baseUrl: url,
    apiKey,
    attempts: 1,
    fetch: (address, init) => worker.fetch(new Request(address, init)),
  });
  const admin = await findAdminLink(client);
  screen.heading(say("客服工作台", "The desk"));
  if (!admin.ok) return reportFault(screen, noDesk(admin.error));
  const { name, invite } = admin.value;
  if (invite === undefined) return screen.done(say("管理员已设置密码", "an admin has a password"), `${url}/desk`);
  screen.done(say(`${name} 的邀请链接`, `the invite of ${name}`), invite);
  screen.note(
    say(
      "打开链接设置密码；24 小时内有效，只能用一次；失效后再运行一次 setup",
      "open the link and set a password; it is valid once and for 24 hours; when it has expired, run setup again",
    ),
  );
}

function noDesk(code: string): Fault {
  return {
    wrong: say(`无法添加管理员（${code}）`, `the first admin could not be added (${code})`),
    cure: say("运行 npm run doctor 查明原因，再运行一次 setup", "run npm run doctor for the cause, then setup again"),
  };
}

async function wait(waitMs: number, ports: SetupPorts, place: WorkerPlace): Promise<number> {
  const { screen, worker } = ports;
  const minutes = Math.ceil(waitMs / 60_000);
  const wants = say(
    `等待微信（最多 ${minutes} 分钟，Ctrl-C 结束）`,
    `Waiting for WeChat (at most ${minutes} minutes, Ctrl-C to stop)`,
  );
  screen.heading(wants);
  screen.note(
    say(
      "填写后按“提交”；再在小程序中点“联系客服”，发送一条消息",
      "press 提交; then tap the contact button in the mini program and send a message",
    ),
  );
  const open = await waitForMilestones(worker, place, waitMs, reportMilestone(screen));
  // A milestone stays recorded once it was reached, so a worker that has reached all three may still be paused now.
  const isPaused = open.ok && (await reportPauses(ports, place));
  if (!open.ok || open.value.length > 0) reportMissing(screen, open, place.url);
  if (!open.ok || open.value.length > 0 || isPaused) return 1;
  screen.done(say("接入完成", "setup complete"));
  screen.note(say("体检", "the doctor"), `npm run doctor -- ${place.url}`);
  return 0;
}

function fail({ screen }: SetupPorts, ...faults: readonly Fault[]): number {
  for (const fault of faults) reportFault(screen, fault);
  return 1;
}

const NO_KEY: Fault = {
  wrong: say(
    "API 密钥已存在且无法读取，因此无法查询进度",
    "an API key is already set and cannot be read, so the progress is unknown",
  ),
  cure: say(
    "用 --api-key-env 提供现有的密钥，或加 --no-wait",
    "pass the existing key with --api-key-env, or add --no-wait",
  ),
};
