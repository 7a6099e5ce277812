/**
 * Runs the local stack for a developer: data kept in `.wrangler/local`, the sample shop's settings on the first start,
 * pauses of the previous run lifted, until Ctrl-C. Used by `npm start` and `npm run setup -- --local`.
 */
import { relative } from "node:path";
import { createKefuClient } from "../../client/index.ts";
import { DEMO_AGENT, DEMO_PATH } from "../../emulator/demo-agent.ts";
import { createService, liftPauses } from "../../emulator/service.ts";
import { findAdminLink, type DeskLink } from "./desk-links.ts";
import { markLocalData } from "./local-data.ts";
import type { LocalValues } from "./local-values.ts";
import { startStack, useShopSettings, type Stack, type StackPorts } from "./stack.ts";

/** The options of a local run. */
export interface LocalRunOptions {
  readonly values: LocalValues;
  /** Receives each log line of the worker. */
  readonly onLog: (line: string) => void;
  /** The data folder. It exists, and `findFormatFault` accepts its data. */
  readonly persistTo: string;
  /** Uses exactly these ports; absent: the default ports, or the next free ones. */
  readonly ports?: StackPorts;
}

/**
 * Marks the data with this version's format, starts the stack, stores the sample settings if none are stored, and lifts
 * pauses.
 */
export async function runLocal({ values, onLog, persistTo, ports }: LocalRunOptions): Promise<Stack> {
  await markLocalData(persistTo);
  const stack = await startStack({ values, onLog, persistTo, ...(ports !== undefined && { ports }) });
  // Only on the first start: later starts keep the settings you have stored.
  const { headers } = await stack.api("GET", "/api/v1/settings");
  if (headers.get("etag") === '"0"') await useShopSettings(stack);
  // Lifted, because a pause was caused by an errcode of the previous run's emulator, which no longer exists.
  await liftPauses(createService((request) => fetch(request), { url: stack.workerUrl, apiKey: values.apiKey }));
  return stack;
}

/** Returns the text shown instead of an API key that came from a file. */
export function keyPlace(path: string): string {
  return `API_KEYS, ${relative(process.cwd(), path)}`;
}

/**
 * Returns a text with the addresses of all parts.
 *
 * @param apiKey the API key as it is shown
 * @param admin how the first admin signs in
 */
export function describeStack({ workerUrl, emulatorUrl, shopUrl }: Stack, apiKey: string, admin: DeskLink): string {
  return `
edge-kefu 已启动 / is running. Ctrl-C 结束 / ends it.

  worker    客服服务      ${workerUrl}            push URL: ${workerUrl}/wechat/message
  phone     手机页面      ${emulatorUrl}/           用浏览器打开 / open it in a browser
  emulator  本地微信      ${emulatorUrl}            control: ${emulatorUrl}/_emulator/state
  shop      商家后台      ${shopUrl}            an order: ${shopUrl}/orders/1001
  desk      客服工作台    ${atLocalhost(`${workerUrl}/desk`)}
            ${DEMO_AGENT}      ${atLocalhost(`${emulatorUrl}${DEMO_PATH}`)}   打开即登录，仅限本机 / signs in at once, on this machine only${describeInvite(admin)}
  API docs  接口文档      ${workerUrl}/api/docs     OpenAPI: ${workerUrl}/api/openapi.json
  API key   接口密钥      ${apiKey}
  doctor    体检          npm run doctor -- ${workerUrl}

  试一试 / try it (a user writes, the worker answers):
  curl ${emulatorUrl}/_emulator/push -H 'content-type: application/json' \\
    -d '{"openid":"oUser1","content":{"kind":"text","content":"多少钱"}}'
  curl '${emulatorUrl}/_emulator/chat?openid=oUser1'
`;
}

/**
 * Returns how the first admin signs in.
 *
 * @throws when the worker refuses
 */
export async function findLocalAdmin({ workerUrl }: Stack, apiKey: string): Promise<DeskLink> {
  const admin = await findAdminLink(createKefuClient({ baseUrl: workerUrl, apiKey }));
  if (!admin.ok) throw new Error(`the desk has no admin: ${admin.error}`);
  return admin.value;
}

function describeInvite({ name, invite }: DeskLink): string {
  if (invite === undefined) return "";
  return `
            ${name}        ${atLocalhost(invite)}
            首次登录：打开链接设置密码，24 小时内有效 / first sign-in: open it and set a password, within 24 hours`;
}

/** Replaces 127.0.0.1 in a URL by localhost, which more browsers treat as a secure context. */
function atLocalhost(url: string): string {
  return url.replace("//127.0.0.1", "//localhost");
}
