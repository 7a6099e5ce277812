/** The questions for each target: only those that the command line does not answer. */
import { originOf } from "../doctor/check-address.ts";
import { say } from "../doctor/finding.ts";
import type { Asker, Check } from "./ask.ts";
import { HOST, type SetupOptions, type TargetName } from "./options.ts";
import { hasForm, VARIABLES, type VariableName } from "./variables.ts";

const GREETING = "您好，这里是自动客服。";

/** Asks for the target. */
export async function askTarget(ask: Asker): Promise<TargetName> {
  return ask.choose(say("在哪里运行？", "Where should it run?"), [
    { value: "local", words: say("本机：本地微信，不需要账号", "this machine: local WeChat, no account needed") },
    { value: "cloudflare", words: say("Cloudflare：您自己的小程序", "Cloudflare: your own mini program") },
  ]);
}

/** Asks the questions for this machine: which mini program, and whether to start. */
export async function askLocal(ask: Asker, options: SetupOptions, isSet: boolean): Promise<SetupOptions> {
  const isOwn =
    !isSet &&
    options.brought.WECHAT_APPID === undefined &&
    !(await ask.confirm(say("用本地微信自带的小程序？", "Use the mini program of the local WeChat?"), true));
  const brought = isOwn ? await askApp(ask, options.brought) : options.brought;
  const start =
    options.start &&
    (await ask.confirm(say("写入后启动并测试一次？", "Start it afterwards and run a test message?"), true));
  return { ...options, brought, start };
}

/**
 * Asks the questions for Cloudflare: the mini program, the deploy, the greeting.
 *
 * @param known names of existing values, which are kept
 */
export async function askCloudflare(
  ask: Asker,
  options: SetupOptions,
  known: readonly string[],
): Promise<SetupOptions> {
  const brought = await askApp(ask, options.brought, known);
  const deploy =
    options.deploy ?? (await ask.confirm(say("现在部署（wrangler deploy）？", "Deploy now (wrangler deploy)?"), true));
  const place = await askPlace(ask, options, deploy);
  const greeting =
    options.greeting ??
    (await ask.text(
      say("欢迎语（尚无设置时保存；可留空）", "Greeting (stored if there are no settings yet; may be empty)"),
      () => undefined,
      GREETING,
    ));
  return { ...options, brought, deploy, ...place, greeting };
}

async function askPlace(
  ask: Asker,
  options: SetupOptions,
  deploy: boolean,
): Promise<Pick<SetupOptions, "domain" | "url">> {
  if (options.url !== undefined || options.domain !== undefined) return {};
  if (!deploy) {
    const address = await ask.text(say("服务的 URL", "The worker's URL"), (answer) =>
      originOf(answer) !== undefined
        ? undefined
        : say("例如 https://kefu.example.com", "for example https://kefu.example.com"),
    );
    return { url: new URL(address).origin };
  }
  const domain = await ask.text(
    say(
      "自定义域名（须已接入 Cloudflare；留空则用 workers.dev，在中国大陆不稳定）",
      "Custom domain on Cloudflare (empty: workers.dev, unreliable in mainland China)",
    ),
    (answer) =>
      answer === "" || HOST.test(answer)
        ? undefined
        : say("只填写域名，例如 kefu.example.com", "a host name, for example kefu.example.com"),
  );
  return domain === "" ? {} : { domain };
}

async function askApp(
  ask: Asker,
  brought: SetupOptions["brought"],
  known: readonly string[] = [],
): Promise<SetupOptions["brought"]> {
  const isOpen = (name: VariableName) => brought[name] === undefined && !known.includes(name);
  return {
    ...brought,
    ...(isOpen("WECHAT_APPID") && { WECHAT_APPID: await ask.text(VARIABLES.WECHAT_APPID.what, form("WECHAT_APPID")) }),
    ...(isOpen("WECHAT_APP_SECRET") && {
      WECHAT_APP_SECRET: await ask.secret(VARIABLES.WECHAT_APP_SECRET.what, form("WECHAT_APP_SECRET")),
    }),
  };
}

function form(name: VariableName): Check {
  return (answer) => (hasForm(name, answer) ? undefined : VARIABLES[name].what);
}
