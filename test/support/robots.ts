/**
 * Group robots of all vendors: each checks URL, body and signature as its vendor does, with an independent
 * implementation, and records the messages received.
 */
import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";

const KEY = "must-not-leak-0123456789";
const SECRET = "SECabcdef0123456789";
const HOUR_MS = 3_600_000;

export const WECOM = { name: "wecom", url: `https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=${KEY}` };
export const DINGTALK = {
  name: "dingtalk",
  url: `https://oapi.dingtalk.com/robot/send?access_token=${KEY}`,
  secret: SECRET,
};
export const FEISHU = { name: "feishu", url: `https://open.feishu.cn/open-apis/bot/v2/hook/${KEY}`, secret: SECRET };
export const SLACK = { name: "slack", url: `https://hooks.slack.com/services/T0/B0/${KEY}`, language: "en" };
/** The robots of all vendors, in the form of ALERT_ROBOTS. */
export const ROBOTS = [WECOM, DINGTALK, FEISHU, SLACK] as const;

/** A message as it arrived. */
export interface RobotMessage {
  readonly vendor: string;
  readonly text: string;
  readonly isAccepted: boolean;
}

interface Verdict {
  readonly text: string;
  readonly isAccepted: boolean;
  readonly answer: Response;
}

/** The robots, by vendor: each reads a request and answers it. */
const VENDORS: Readonly<Record<string, (url: URL, body: Readonly<Record<string, unknown>>) => Verdict>> = {
  wecom(url, body) {
    const isAccepted = url.pathname === "/cgi-bin/webhook/send" && url.searchParams.get("key") === KEY;
    return verdict(
      textIn(body, "msgtype", "text"),
      isAccepted,
      isAccepted ? OK : { errcode: 93_000, errmsg: "invalid webhook url" },
    );
  },
  dingtalk({ pathname, searchParams }, body) {
    const text = textIn(body, "msgtype", "text");
    if (pathname !== "/robot/send" || searchParams.get("access_token") !== KEY)
      return verdict(text, false, { errcode: 300_001, errmsg: "token is not exist" });
    const timestamp = searchParams.get("timestamp") ?? "";
    const mac = createHmac("sha256", SECRET).update(`${timestamp}\n${SECRET}`).digest("base64");
    const isTimely = Math.abs(Date.now() - Number(timestamp)) < HOUR_MS;
    const isAccepted = isTimely && searchParams.get("sign") === mac;
    return verdict(text, isAccepted, isAccepted ? OK : { errcode: 310_000, errmsg: `sign not match, key ${KEY}` });
  },
  feishu({ pathname }, body) {
    const text = textIn(body, "msg_type", "content");
    if (pathname !== `/open-apis/bot/v2/hook/${KEY}`)
      return verdict(text, false, { code: 19_001, msg: "param invalid" });
    const { timestamp } = body;
    const mac = createHmac("sha256", `${String(timestamp)}\n${SECRET}`).digest("base64");
    const isTimely = Math.abs(Date.now() - Number(timestamp) * 1_000) < HOUR_MS;
    const isAccepted = isTimely && body["sign"] === mac;
    return verdict(
      text,
      isAccepted,
      isAccepted ? { code: 0, msg: "success", data: {} } : { code: 19_021, msg: "sign match fail" },
    );
  },
  slack({ pathname }, body) {
    const text = typeof body["text"] === "string" ? body["text"] : "";
    const isAccepted = pathname === `/services/T0/B0/${KEY}`;
    const answer = isAccepted ? new Response("ok") : new Response("no_service", { status: 404 });
    return { text, isAccepted, answer };
  },
};

const OK = { errcode: 0, errmsg: "ok" };

/** Creates the robots of all vendors. */
export function createRobots() {
  const messages: RobotMessage[] = [];
  let instead: (() => Promise<Response>) | undefined;
  const handle = (vendor: string) => async (request: Request) => {
    const body: Readonly<Record<string, unknown>> = JSON.parse(
      Buffer.from(await request.arrayBuffer()).toString("utf8"),
    );
    const read = VENDORS[vendor]?.(new URL(request.url), body);
    if (read === undefined || request.method !== "POST") return new Response(null, { status: 405 });
    const { text, isAccepted, answer } = read;
    messages.push({ vendor, text, isAccepted: isAccepted && instead === undefined });
    return instead?.() ?? answer;
  };
  return {
    /** The messages received, in order. */
    messages: messages as readonly RobotMessage[],
    /** The simulated hosts, for `PlayOptions.hosts`. */
    hosts: {
      "qyapi.weixin.qq.com": handle("wecom"),
      "oapi.dingtalk.com": handle("dingtalk"),
      "open.feishu.cn": handle("feishu"),
      "hooks.slack.com": handle("slack"),
    },
    /** Sets the answer from now on; undefined: the vendors' usual answer. */
    answerWith(next: typeof instead) {
      instead = next;
    },
    reset() {
      messages.length = 0;
      instead = undefined;
    },
  };
}

function textIn(body: Readonly<Record<string, unknown>>, type: string, member: string): string {
  if (body[type] !== "text") return "";
  const value: unknown = body[member];
  const text: unknown = typeof value === "object" && value !== null ? Object.values(value)[0] : undefined;
  return typeof text === "string" ? text : "";
}

function verdict(text: string, isAccepted: boolean, answer: unknown): Verdict {
  return { text, isAccepted, answer: Response.json(answer) };
}
