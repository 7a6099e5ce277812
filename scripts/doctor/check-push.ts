/**
 * Tests the push URL with valid requests, as WeChat sends them, and with invalid ones. The order of the checks
 * distinguishes the faults: an unknown appid is a 404 before any signature is checked; a wrong Token fails the
 * verification; so if the verification passes and a push is rejected, the EncodingAESKey is wrong.
 */
import { Buffer } from "node:buffer";
import type { PushMode, PushOverrides } from "../../emulator/push-model.ts";
import type { BilingualText } from "../../shared/base/bilingual.ts";
import { check, failed, passed, say, skipped, type CheckName, type Finding } from "./finding.ts";
import { appPath, createPushKit, FOREIGN_APPID, SHORT_PATH, WRONG_SIGNATURE, type PushKit } from "./push.ts";
import { callTarget, failedWithout, type Lost, type Ports, type Reply, type Target } from "./target.ts";

const VERIFY = check(
  "verify.genuine",
  "URL 验证：原样返回 echostr",
  "URL verification: the echostr is returned unchanged",
);
const VERIFY_FORGED = check(
  "verify.forged",
  "URL 验证：拒绝错误的签名",
  "URL verification: a wrong signature is rejected",
);
const PUSH = check(
  "push.genuine",
  "接受签名并加密的 debug_demo 推送",
  "a signed, encrypted debug_demo push is accepted",
);
const PUSH_JSON = check("push.json", "同样接受 JSON 格式的推送", "a push in JSON is accepted as well");
const VERIFY_SHORT = check(
  "verify.short",
  "后台填写的 URL（/wechat/message）：URL 验证",
  "URL verification at the path entered in the console (/wechat/message)",
);
const PUSH_SHORT = check(
  "push.short",
  "后台填写的 URL（/wechat/message）：推送",
  "a push to the path entered in the console (/wechat/message)",
);

interface Forgery {
  readonly name: CheckName;
  readonly overrides: (now: number) => PushOverrides;
}

const FORGED: Forgery = {
  name: check("push.forged", "拒绝签名错误的推送", "a push with a wrong signature is rejected"),
  overrides: () => ({ signature: WRONG_SIGNATURE }),
};
const FOREIGN: Forgery = {
  name: check("push.foreign", "拒绝其他小程序的推送", "a push for another mini program is rejected"),
  overrides: () => ({ receiveId: FOREIGN_APPID }),
};
const PLAINTEXT: Forgery = {
  name: check("push.plaintext", "拒绝明文推送", "a plaintext push is rejected"),
  overrides: () => ({ mode: "plain" }),
};
const ENCRYPTED: Forgery = {
  name: check("push.encrypted", "明文模式下拒绝加密推送", "an encrypted push is rejected in plain mode"),
  overrides: () => ({ mode: "secure" }),
};
const OLD: Forgery = {
  name: check("push.old", "拒绝一小时前签名的明文推送", "a plaintext push signed an hour ago is rejected"),
  overrides: (now) => ({ timestamp: Math.floor(now / 1_000) - 3_600 }),
};

/** The kinds of pushes that must be rejected, by mode. */
const FORGERIES = {
  secure: [FORGED, FOREIGN, PLAINTEXT],
  compatible: [FORGED, FOREIGN, PLAINTEXT],
  plain: [FORGED, ENCRYPTED, OLD],
} as const satisfies Record<PushMode, readonly Forgery[]>;

/** The bodies that WeChat accepts as an acknowledgement (WECHAT.md §1.6). */
const TAKEN = ["success", ""];

const TOKEN_CURE = say(
  "使密钥 WECHAT_TOKEN 与后台“消息推送配置”的 Token（以及此处提供的值）完全一致，注意首尾空格与换行；更换期间设置 WECHAT_TOKEN_PREVIOUS",
  "set the secret WECHAT_TOKEN to the Token of the console (and pass the same value here), without spaces or line breaks; during a rotation set WECHAT_TOKEN_PREVIOUS",
);
const KEY_CURE = say(
  "使密钥 WECHAT_ENCODING_AES_KEY 与后台的 EncodingAESKey（以及此处提供的值）完全一致：43 位；核对 WECHAT_PUSH_MODE 与后台的消息加解密方式",
  "set the secret WECHAT_ENCODING_AES_KEY to the console's EncodingAESKey (and pass the same value here): 43 characters; check that WECHAT_PUSH_MODE and 消息加解密方式 are the same mode",
);
const APPID_CURE = say(
  "核对 WECHAT_APPID（或 WECHAT_APPS）与后台的 AppID",
  "compare WECHAT_APPID (or WECHAT_APPS) with the console's AppID",
);
const MISSING = say("未提供密钥，无法构造测试推送", "the secrets needed for a test push were not provided");

/** What the checks need from the result of `/healthz`. */
export interface Served {
  /** The push mode of this app. */
  readonly mode: PushMode;
  /**
   * Whether the worker serves no other app: `/wechat/message` belongs to the first app, and with several apps it is
   * unknown which one that is.
   */
  readonly isAlone: boolean;
  /**
   * Whether this machine's clock agrees with the worker's: otherwise a push signed here may be rejected as too old or
   * from the future.
   */
  readonly isInTime: boolean;
}

/**
 * Tests the push URL: verification, pushes that must be accepted, pushes that must be rejected. Stops at the first
 * valid request that fails. A test whose secrets were not given is reported as skipped.
 */
export async function checkPushes(ports: Ports, target: Target, served: Served): Promise<readonly Finding[]> {
  const { mode, isInTime } = served;
  const { appid, token, aesKey } = target;
  if (appid === undefined || token === undefined)
    return [skipped(VERIFY, MISSING, needed("WECHAT_APPID, WECHAT_TOKEN"))];
  const credentials = { appid, token, ...(aesKey === undefined ? {} : { aesKey }) };
  const kit = createPushKit(ports, target, credentials, mode);
  const verified = await checkVerification(ports, kit, appid);
  if (verified[0]?.state !== "ok") return verified;
  if (aesKey === undefined && mode !== "plain") {
    return [...verified, skipped(PUSH, MISSING, needed("WECHAT_ENCODING_AES_KEY"))];
  }
  const genuine = judgePush(await callTarget(ports, kit.push()), mode, isInTime);
  if (genuine.state !== "ok") return [...verified, genuine];
  const variants = [...(await checkJson(ports, kit, mode)), ...(await checkShortPath(ports, kit, served))];
  const forgeries: Finding[] = [];
  for (const { name, overrides } of FORGERIES[mode]) {
    const reply = await callTarget(ports, kit.push(overrides(ports.now())));
    forgeries.push(judgeForgery(name, reply));
  }
  return [...verified, genuine, ...variants, ...forgeries];
}

/**
 * Tests a push in JSON. In compatible mode the JSON format is not confirmed (WECHAT.md §1.4), so a failure would prove
 * nothing and the check is skipped.
 */
async function checkJson(ports: Ports, kit: PushKit, mode: PushMode): Promise<readonly Finding[]> {
  if (mode === "compatible") return [];
  return [judgeVariant(PUSH_JSON, await callTarget(ports, kit.push({}, { format: "json" })), TAKEN)];
}

async function checkShortPath(ports: Ports, kit: PushKit, { isAlone }: Served): Promise<readonly Finding[]> {
  if (!isAlone) return [];
  const echostr = freshEcho(ports);
  const verified = judgeVariant(VERIFY_SHORT, await callTarget(ports, kit.verify(SHORT_PATH, echostr)), [echostr]);
  return [verified, judgeVariant(PUSH_SHORT, await callTarget(ports, kit.push({}, { path: SHORT_PATH })), TAKEN)];
}

/**
 * Checks a variant of a request. A request that was accepted in XML at the app's own path must be accepted here too:
 * otherwise a proxy or an access rule in front of the worker changed or blocked it.
 */
function judgeVariant(name: CheckName, reply: Reply, expected: readonly string[]): Finding {
  if ("unreachable" in reply) return lost(name, reply);
  const fact = `HTTP ${reply.status}`;
  if (reply.status === 200 && expected.includes(reply.body)) return passed(name, fact);
  const wrong = say(
    "以另一种格式或路径发送的同一请求未被接受",
    "the same request in another format or to another path was not accepted",
  );
  return failed(name, wrong, IN_BETWEEN, fact);
}

function freshEcho(ports: Ports): string {
  return Buffer.from(ports.randomBytes(10)).toString("hex");
}

async function checkVerification(ports: Ports, kit: PushKit, appid: string): Promise<readonly Finding[]> {
  const echostr = freshEcho(ports);
  const path = appPath(appid);
  const genuine = judgeEcho(await callTarget(ports, kit.verify(path, echostr)), echostr);
  if (genuine.state !== "ok") return [genuine];
  const reply = await callTarget(ports, kit.verify(path, echostr, WRONG_SIGNATURE));
  return [genuine, judgeForgery(VERIFY_FORGED, reply)];
}

function judgeEcho(reply: Reply, echostr: string): Finding {
  if ("unreachable" in reply) return lost(VERIFY, reply);
  const fact = `HTTP ${reply.status}`;
  if (reply.status === 200 && reply.body === echostr) return passed(VERIFY, fact);
  if (reply.status === 404) {
    return failed(
      VERIFY,
      say("服务的配置中没有这个 AppID", "this AppID is not in the worker's configuration"),
      APPID_CURE,
      fact,
    );
  }
  if (reply.status === 403)
    return failed(
      VERIFY,
      say(
        "服务的 WECHAT_TOKEN 与此处提供的 Token 不一致",
        "the worker's WECHAT_TOKEN differs from the Token given here",
      ),
      TOKEN_CURE,
      fact,
    );
  if (reply.status === 200)
    return failed(
      VERIFY,
      say("响应不是原样的 echostr", "the response is not the echostr that was sent"),
      IN_BETWEEN,
      fact,
    );
  return failed(
    VERIFY,
    say("响应状态不是 200、403 或 404", "the response has a status other than 200, 403 or 404"),
    IN_BETWEEN,
    fact,
  );
}

function judgePush(reply: Reply, mode: PushMode, isInTime: boolean): Finding {
  if ("unreachable" in reply) return lost(PUSH, reply);
  const ms = reply.receivedAt - reply.sentAt;
  const fact = `HTTP ${reply.status}, ${ms} ms`;
  if (reply.status === 200 && TAKEN.includes(reply.body)) return passed(PUSH, fact);
  if (reply.status === 200)
    return failed(
      PUSH,
      say("响应正文不是 success，也不为空", "the response body is neither success nor empty"),
      IN_BETWEEN,
      fact,
    );
  if (reply.status === 403 && mode !== "plain" && !isInTime) {
    const wrong = say(
      "推送被拒绝：本机时钟不准，签名时间与服务的时间相差过大；或服务的 EncodingAESKey 与此处提供的不一致",
      "the push was rejected: either this machine's clock, and with it the signed timestamp, is wrong, or the worker's EncodingAESKey differs from the one given here",
    );
    return failed(
      PUSH,
      wrong,
      say("先校准本机时间（NTP），再运行 doctor", "correct this machine's clock (NTP), then run the doctor again"),
      fact,
    );
  }
  if (reply.status === 403 && mode === "plain") {
    const wrong = say("明文推送被拒绝", "the plaintext push was rejected");
    return failed(
      PUSH,
      wrong,
      say(
        "校准本机时间（NTP）：签名只在 300 秒内有效",
        "correct this machine's clock (NTP): a signature is valid for 300 s",
      ),
      fact,
    );
  }
  if (reply.status === 403) {
    return failed(
      PUSH,
      say(
        "Token 与 AppID 正确，但服务的 EncodingAESKey 与此处提供的不一致",
        "Token and AppID are correct, but the worker's EncodingAESKey differs from the one given here",
      ),
      KEY_CURE,
      fact,
    );
  }
  if (reply.status === 500) {
    const cure = say(
      "查看日志 push_not_stored：Durable Objects 故障，或免费额度用尽",
      "search the log for push_not_stored: Durable Objects failed, or the free plan's daily limit is used up",
    );
    return failed(PUSH, say("推送未能存储", "the push was not stored"), cure, fact);
  }
  return failed(
    PUSH,
    say("响应状态不是 200、403 或 500", "the response has a status other than 200, 403 or 500"),
    IN_BETWEEN,
    fact,
  );
}

/** Checks that a push which must be rejected gets 403. */
function judgeForgery(name: CheckName, reply: Reply): Finding {
  if ("unreachable" in reply) return lost(name, reply);
  const fact = `HTTP ${reply.status}`;
  if (reply.status === 403) return passed(name, fact);
  const cure = say(
    "不要用这个地址接收真实推送：确认应答的是未经改动的 edge-kefu，重新部署后再检查",
    "do not use this address for real pushes: deploy an unmodified edge-kefu, then run the doctor again",
  );
  return failed(name, say("请求没有以 403 被拒绝", "the request was not rejected with 403"), cure, fact);
}

function lost(name: CheckName, reply: Lost): Finding {
  const wrong = say("5 秒（微信的超时时间）内没有响应", "no response within 5 s, WeChat's timeout");
  return failedWithout(
    name,
    reply,
    wrong,
    say("查看日志：npx wrangler tail", "see the worker's log: npx wrangler tail"),
  );
}

function needed(names: string): BilingualText {
  return say(
    `通过环境变量、.dev.vars 或参数提供 ${names}（docs/how-to/doctor.md）`,
    `provide ${names} as environment variables, in .dev.vars or as flags (docs/how-to/doctor.md)`,
  );
}

const IN_BETWEEN = say(
  "核对域名路由以及前面的代理、防火墙（WAF）、访问控制：对 /wechat/* 的请求必须原样到达 Worker",
  "check the domain's route and every proxy, firewall (WAF) or access rule in front of it: requests to /wechat/* must reach the Worker unchanged",
);
