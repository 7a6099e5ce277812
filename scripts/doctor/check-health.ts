/** Checks `/healthz`: whether the address is an edge-kefu worker, and every configuration problem it reports. */
import type { PushMode } from "../../emulator/push-model.ts";
import { check, failed, passed, say, type Finding } from "./finding.ts";
import { failedWithout, readObject, toLine, toList, toObject, type Lost, type Reply, type Target } from "./target.ts";

/** The results that later checks need. */
export interface Health {
  readonly findings: readonly Finding[];
  /** Whether the worker runs and is configured; if not, all later checks would fail and are left out. */
  readonly isReady: boolean;
  /** The push mode of each app; empty when the worker is not ready. */
  readonly modes: readonly PushMode[];
  /** The parsed body; empty when the worker is not ready. */
  readonly body: Readonly<Record<string, unknown>>;
}

const HEALTH = check("health", "服务在运行，配置完整（/healthz）", "the worker runs and is set up (/healthz)");
const DESK = check("desk", "客服工作台的密钥已设（DATA_KEY）", "the key of the desk is set (DATA_KEY)");
const MODE = check("mode", "消息加解密方式", "the push mode");

/** Checks the answer of `/healthz`. */
export function judgeHealth(reply: Reply, target: Target): Health {
  if ("unreachable" in reply) return stop(unreachable(reply));
  const body = readObject(reply.body);
  if (reply.status === 503 && body["status"] === "misconfigured") return misconfigured(toList(body["problems"]));
  if (reply.status !== 200 || (body["status"] !== "ok" && body["status"] !== "degraded"))
    return stop(notOurs(reply.status));
  const modes = toList(body["modes"]).filter(isMode);
  const apps = passed(HEALTH, `apps: ${modes.length}, API: ${toLine(body["api"])}`);
  return { isReady: true, modes, body, findings: [apps, ...judgeModes(modes, target.mode), ...judgeDesk(body)] };
}

function judgeModes(modes: readonly PushMode[], wanted: PushMode | undefined): readonly Finding[] {
  if (wanted !== undefined && !modes.includes(wanted)) {
    const wrong = say(
      `服务的加解密方式是 ${modes.join("、")}，而 --mode 指明后台是 ${wanted}：所有推送都会被拒绝`,
      `the worker accepts ${modes.join(", ")}, but --mode says that the console uses ${wanted}: every push would be rejected`,
    );
    return [
      failed(
        MODE,
        wrong,
        say(
          "使 WECHAT_PUSH_MODE 与后台的“消息加解密方式”一致；后台默认是明文，推荐安全模式",
          "set WECHAT_PUSH_MODE and 消息加解密方式 in the console to the same mode; the console's default is plaintext, 安全模式 (secure) is recommended",
        ),
        modes.join(", "),
      ),
    ];
  }
  if (!modes.includes("plain") || wanted === "plain") return [passed(MODE, modes.join(", "))];
  return [
    failed(
      MODE,
      say("明文模式：推送不加密，内容没有签名", "plain mode: pushes are not encrypted and their content is not signed"),
      say(
        "在后台改为安全模式，并设置 WECHAT_PUSH_MODE=secure 与 EncodingAESKey；确需明文时加 --mode plain",
        "select 安全模式 in the console and set WECHAT_PUSH_MODE=secure and the EncodingAESKey; if plain mode is intended, add --mode plain",
      ),
      modes.join(", "),
    ),
  ];
}

/**
 * Checks whether DATA_KEY is set. Returns no finding for a worker of version 0.1, which has no desk and does not report
 * the key.
 */
function judgeDesk({ dataKey }: Readonly<Record<string, unknown>>): readonly Finding[] {
  if (dataKey === "set") return [passed(DESK)];
  return dataKey === "missing" ? [DESK_OFF] : [];
}

function misconfigured(problems: readonly unknown[]): Health {
  const findings = problems.map(toObject).map((entry): Finding => {
    const variable = toLine(entry["variable"]);
    const problem = toLine(entry["problem"]);
    const cure = toLine(entry["cure"]);
    const name = check(`health.${variable}`, `变量 ${variable}`, `the variable ${variable}`);
    return failed(name, say(`${variable} 有误：${problem}`, `${variable} ${problem}`), say(cure, cure));
  });
  return { findings, isReady: false, modes: [], body: {} };
}

function unreachable(lost: Lost): Finding {
  return failedWithout(
    HEALTH,
    lost,
    say("无法连接服务", "the worker cannot be reached"),
    say(
      "核对 URL、域名解析与证书；本机服务先运行 npm start；从中国大陆经常无法访问 *.workers.dev，请绑定自己的域名",
      "check the URL, its DNS and certificate; start a local worker with npm start; *.workers.dev is often unreachable from mainland China: use a custom domain",
    ),
  );
}

function notOurs(status: number): Finding {
  return failed(
    HEALTH,
    say("响应不是 edge-kefu 的 /healthz", "the response is not that of edge-kefu's /healthz"),
    say(
      "只填写服务的来源地址，例如 https://kefu.example.com；核对域名的路由是否指向本 Worker，以及前面是否有代理或访问控制",
      "pass the worker's origin only, for example https://kefu.example.com; check that the domain's route points to this Worker and that no proxy or access rule intercepts the request",
    ),
    `HTTP ${status}`,
  );
}

function stop(finding: Finding): Health {
  return { findings: [finding], isReady: false, modes: [], body: {} };
}

const DESK_OFF: Finding = {
  ...DESK,
  state: "warning",
  fact: "dataKey: missing",
  wrong: say("没有设 DATA_KEY：客服工作台将无法使用", "DATA_KEY is not set: the desk cannot be used"),
  cure: say(
    "用 npm run -s secret -- DATA_KEY 生成一把，另外保存好，再运行 npx wrangler secret put DATA_KEY（或 npm run setup）；丢失后已加密的内容无法恢复",
    "make one with npm run -s secret -- DATA_KEY, keep a copy, then npx wrangler secret put DATA_KEY (or npm run setup); what is sealed with a lost key cannot be read again",
  ),
};

function isMode(value: unknown): value is PushMode {
  return value === "secure" || value === "compatible" || value === "plain";
}
