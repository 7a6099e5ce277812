/**
 * Reports why a mini program sends nothing: a pause, no access token, failing sends, an account object that does not
 * answer. `/healthz` returns the reason to callers with an API key. Such a fault hides every other one, so it is
 * checked first. If the cause may have ended, the worker is asked to make a test send, which can lift the pause.
 */
import { readBoth, type BilingualText } from "../../shared/base/bilingual.ts";
import { isLocal } from "./check-address.ts";
import { check, failed, passed, say, type CheckName, type Finding } from "./finding.ts";
import { callApi, readObject, toLine, toList, toObject, type Ports, type Target } from "./target.ts";

type Entry = Readonly<Record<string, unknown>>;

/** The errcodes of refusals that end when a setting, a permission or a secret is corrected. */
const SET_UP_FAULTS: ReadonlySet<unknown> = new Set([
  "40013",
  "40125",
  "40164",
  "40243",
  "41002",
  "41004",
  "48001",
  "61004",
  "89503",
]);
/** Timeout of `resume`, milliseconds: the worker fetches an access token, then sends one message. */
const RESUME_MS = 40_000;
const MINUTE_MS = 60_000;
/** China has one time zone and no daylight saving time. */
const BEIJING_OFFSET_MS = 8 * 60 * MINUTE_MS;

/**
 * Returns the faults of every app, except those with their own check; none while the worker has no fault. Without a
 * valid API key, returns one finding that the reason is unknown.
 *
 * @param health the body of `/healthz`, read without a key
 */
export async function checkPause(ports: Ports, target: Target, health: Entry): Promise<readonly Finding[]> {
  if (health["status"] !== "degraded") return [];
  const { apiKey } = target;
  if (apiKey === undefined) return [withoutKey(health)];
  const reply = await callApi(ports, { ...target, apiKey }, { path: "/healthz" });
  const faults = "unreachable" in reply ? undefined : readObject(reply.body)["faults"];
  // A wrong key is reported by another check.
  if (faults === undefined) return [withoutKey(health)];
  const findings: Finding[] = [];
  for (const fault of toList(faults).map(toObject)) {
    const { reason } = fault;
    if (reason === "paused" || reason === "token_refused" || reason === "no_token")
      findings.push(await judgePause(ports, target, apiKey, fault));
    else if (reason === "sends_failing" || reason === "account_unreachable")
      findings.push(failed(nameOf(fault), ...describeTrouble(fault), factOf(fault)));
  }
  return findings;
}

async function judgePause(ports: Ports, target: Target, apiKey: string, fault: Entry): Promise<Finding> {
  const name = nameOf(fault);
  const [wrong, cure] = describePause(fault, target.url, ports.now());
  if (!mayBeGone(fault)) return failed(name, wrong, cure, factOf(fault));
  const place = { url: target.url, apiKey, appid: toLine(fault["appid"]) };
  const reply = await callApi(ports, place, { path: "/api/v1/resume", method: "POST", timeoutMs: RESUME_MS });
  const answer = "unreachable" in reply ? {} : readObject(reply.body);
  const outcome = toLine(toObject(answer["trial"])["outcome"]);
  if (answer["resumed"] === true) return passed(name, `${factOf(fault)}: 已恢复 / resumed (${outcome})`);
  const tried = outcome === "" ? "" : `, 已试发 / test send: ${outcome}`;
  return failed(name, wrong, cure, `${factOf(fault)}${tried}`);
}

/**
 * Returns whether the cause may have ended, so that a test send is worth a try: true when WeChat could not be reached
 * and for the codes of `SET_UP_FAULTS`; false for a used-up quota and for a ban.
 */
function mayBeGone({ reason, code }: Entry): boolean {
  const isUnreachable = reason === "no_token" && (code === undefined || code === "-1");
  return isUnreachable || SET_UP_FAULTS.has(code);
}

function nameOf({ appid }: Entry): CheckName {
  const id = toLine(appid);
  return check(`pause.${id}`, `小程序 ${id} 能正常发送`, `the mini program ${id} can send`);
}

/** A problem and its fix. Both texts come from the worker's errcode table. */
type Described = readonly [wrong: BilingualText, cure: BilingualText];

function describeTrouble(fault: Entry): Described {
  const meaning = readBoth(toLine(fault["meaning"]));
  const cure = readBoth(toLine(fault["cure"]));
  if (fault["reason"] === "account_unreachable") return [meaning, cure];
  return [say(`没有消息发出：${meaning.zh}`, `no message is sent: ${meaning.en}`), cure];
}

function describePause(fault: Entry, url: string, now: number): Described {
  const meaning = readBoth(toLine(fault["meaning"]));
  const cure = readBoth(toLine(fault["cure"]));
  const end = beijingTime(toLine(fault["until"]), now);
  const until = end === undefined ? say("", "") : say(`，至北京时间 ${end}`, ` until ${end} Beijing time`);
  const wrong = say(`没有消息发出${until.zh}：${meaning.zh}`, `no message is sent${until.en}: ${meaning.en}`);
  const local = isLocal(url)
    ? say(
        "错误由本地微信模拟：在手机页面的「开发者面板 → 故障」里清除；一次性故障已自动结束。正式环境：",
        "the error is simulated by the local WeChat: clear it on the phone page under Developer panel → Faults; one-time faults have already ended. In production: ",
      )
    : say("", "");
  const call = resumeCall(url, toLine(fault["appid"]));
  const again = mayBeGone(fault) ? say("，或重新运行 doctor", ", or run the doctor again") : say("", "");
  const place = "docs/how-to/pauses.md";
  return [
    wrong,
    say(
      `${local.zh}${cure.zh}；然后运行 ${call}${again.zh}（${place}）`,
      `${local.en}${cure.en}; then run ${call}${again.en} (${place})`,
    ),
  ];
}

/**
 * Builds the shell command that lifts a pause. The appid came over the network: it is encoded, so no character in it
 * can end the quotation.
 */
function resumeCall(origin: string, appid: string): string {
  const url = new URL("/api/v1/resume", origin);
  url.searchParams.set("appid", appid);
  return `curl -X POST '${url.href}' -H 'Authorization: Bearer <API key>'`;
}

/**
 * Formats a time as the phone page does: rounded up to the minute, with the day when it is not today. @returns
 * undefined when the time is not valid
 */
function beijingTime(iso: string, now: number): string | undefined {
  const at = Date.parse(iso);
  if (Number.isNaN(at)) return undefined;
  const end = new Date(Math.ceil(at / MINUTE_MS) * MINUTE_MS + BEIJING_OFFSET_MS).toISOString();
  const today = new Date(now + BEIJING_OFFSET_MS).toISOString();
  const time = end.slice(11, 16);
  return end.slice(0, 10) === today.slice(0, 10) ? time : `${end.slice(5, 10)} ${time}`;
}

function factOf({ reason, code, since, until }: Entry): string {
  const errcode = typeof code === "string" ? ` errcode ${toLine(code)}` : "";
  const [start, end] = [toLine(since), toLine(until)];
  return `${toLine(reason)}${errcode}${start === "" ? "" : `, since ${start}`}${end === "" ? "" : `, until ${end}`}`;
}

/**
 * Returns the finding for a run without a valid API key: only a warning when there are rejected pushes, because they
 * also make a worker degraded and have their own check.
 */
function withoutKey(health: Entry): Finding {
  const name = check("pause", "每个小程序能正常发送", "every mini program can send");
  const wrong = say(
    "/healthz 为 degraded；查看原因需要有效的 API 密钥",
    "/healthz reports degraded; a valid API key is needed to read the reason",
  );
  const cure = say(
    "通过 API_KEYS 环境变量、.dev.vars 或 --api-key 提供密钥",
    "provide a key as API_KEYS in the environment or .dev.vars, or with --api-key",
  );
  if (health["stalePushes"] === undefined) return failed(name, wrong, cure, "degraded");
  return { ...name, state: "warning", fact: "degraded", wrong, cure };
}
