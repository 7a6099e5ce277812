/** The visible pause; kit, set-up and deployment. */
import type { Regression } from "./regression.ts";

/** The faults with their tests. */
export const KIT: readonly Regression[] = [
  { point: "2", file: "node/doctor-pause.test.ts", names: ["npm run doctor on a paused worker names the pause first"] },
  {
    point: "2",
    file: "browser/pause.test.ts",
    names: ["a pause is shown with its errcode, its end and the cure", "a pause is lifted by a reset"],
  },
  { point: "2", file: "node/start-pause.test.ts", names: ["npm start lifts the pause of the run before"] },
  {
    point: "2",
    file: "pure/scripts/doctor-pause.test.ts",
    names: [
      "a paused app is the first fault, with errcode, end and cure",
      "a paused app is tried again after 48001",
      "a paused app is tried again after 40125",
      "a paused app is tried again after 40164",
      "a paused app stays the first fault when WeChat refuses again",
    ],
  },
  {
    point: "2",
    file: "pure/scripts/setup-pause.test.ts",
    names: [
      "setup of a paused worker names the pause before what has not come yet",
      "setup of a paused worker tries it again",
    ],
  },
  {
    point: "2",
    file: "workerd/health-degraded.test.ts",
    names: [
      "GET /healthz while an app is paused says degraded with 200",
      "GET /healthz while an app is paused names app, errcode, end and cure",
      "GET /healthz and the account objects asks each app once in ten seconds",
    ],
  },
  {
    point: "2",
    file: "workerd/health-unreachable.test.ts",
    names: [
      "GET /healthz while the token endpoint is unreachable says degraded, since when",
      "GET /healthz while the token endpoint is unreachable says degraded while WeChat is busy",
      "GET /healthz while no send gets through says degraded when every connection breaks",
      "GET /healthz while no send gets through says degraded while WeChat answers -1",
    ],
  },
  {
    point: "2",
    file: "workerd/resume.test.ts",
    names: [
      "POST /resume sends one message, lifts the pause",
      "POST /resume holds the pause when WeChat refuses the trial",
      "POST /resume knows who waits although the account object was thrown out of memory",
      "POST /resume is about one app",
      "POST /resume without an access token asks for one at once",
    ],
  },
  {
    point: "2",
    file: "workerd/waiting.test.ts",
    names: [
      "a message that waits says why for a pause",
      "a message that waits says why until the end of the pause",
      "a message that waits says why for an access token",
      "a message that waits says why for WeChat, which is busy",
      "a message that waits says why for the user's next message",
    ],
  },
  {
    point: "3.1",
    file: "miniprogram/native-attributes.test.ts",
    names: [
      "the native button has what the page gave and nothing else in contact-button",
      "the native button has what the page gave and nothing else in open-customer-service-chat",
      "the native button has what the page gave and nothing else in kefu-fab",
      "the native button has what the page gave and nothing else when the page gives it later",
      "WeChat's own compiler makes one button of contact-button",
      "WeChat's own compiler makes one button of open-customer-service-chat",
      "no button of the package or the example binds such an attribute unconditionally",
    ],
  },
  {
    point: "3.2",
    file: "miniprogram/clients.test.ts",
    names: ["what a tap does in WeChat for Windows", "what a tap does in WeChat for Mac"],
  },
  {
    point: "3.2",
    file: "miniprogram/limits.test.ts",
    names: [
      "on mac, where the contact button is reported dead a known WeCom address",
      "on windows, where the contact button is reported dead a known WeCom address",
      "a limit an app adds for a platform closes the contact button",
    ],
  },
  {
    point: "3.2",
    file: "miniprogram/readme.test.ts",
    names: ["the clients in README.md say of each row whether it is documented or unproven"],
  },
  {
    point: "3.3",
    file: "miniprogram/set-up-faults.test.ts",
    names: [
      "a company that is not bound is a neutral text",
      "a company that is not bound is reported to the developer",
    ],
  },
  {
    point: "3.4",
    file: "miniprogram/lowest-versions.test.ts",
    names: ["the lowest versions the package promises to work with are named"],
  },
  {
    point: "3.4",
    file: "miniprogram/package.test.ts",
    names: ["a mini program that installs it compiles a card path without types of its own"],
  },
  {
    point: "3.4",
    file: "node/client-build.test.ts",
    names: ["the packed client names the lowest TypeScript its types work with"],
  },
  {
    point: "3.5",
    file: "pure/stray-characters.test.ts",
    names: [
      "around a secret, a line feed is taken off WECHAT_APP_SECRET",
      "around a secret, a carriage return and a line feed is taken off WECHAT_TOKEN",
      "around a secret, a byte order mark is taken off WEBHOOK_SECRET",
      "around a secret, double quotes is taken off API_KEYS",
      "around a secret, single quotes is taken off WECHAT_ENCODING_AES_KEY",
      "around a secret, a byte order mark, quotes and a line break is taken off CONTEXT_KEY",
      "around a secret, a line feed is taken off the list of apps",
      "around a secret, a line feed is taken off by the doctor",
      "around a secret, a line feed is taken off by setup",
      "around a secret, a line feed is taken off by the client",
      "inside a secret, a line break is a problem of WECHAT_APP_SECRET",
      "two API keys with a semicolon between them",
      "values of .dev.vars that end in escapes of line breaks",
      "inside a secret, a byte order mark is a problem of API_KEYS",
      "anywhere in a secret, a quotation mark is a problem of WECHAT_TOKEN",
      "the doctor names a key or a Token no worker could have",
    ],
  },
  { point: "3.6", file: "node/git-ignore.test.ts", names: [".env is ignored", ".dev.vars.production is ignored"] },
  {
    point: "3.6",
    file: "pure/scripts/interception.test.ts",
    names: [
      "Cloudflare's answer, a challenge, by its header in place of /healthz",
      "Cloudflare's answer, a challenge, by its header on the push URL alone",
      "Cloudflare's answer, a login page of Access in place of /healthz",
      "setup, waiting for the first message ends with the cure: a challenge",
      "setup, waiting for the first message ends with the cure: a login page",
    ],
  },
  {
    point: "3.6",
    file: "pure/wrangler.test.ts",
    names: ["what is deployed keeps the variables that were set in Cloudflare's dashboard"],
  },
  {
    point: "3.7",
    file: "node/command-line.test.ts",
    names: [
      "npm start explains itself with --help",
      "npm start refuses what it does not know",
      "npm run demo refuses what it does not know",
      "npm start with --dev-vars names the flag, the rule and the remedy",
      "npm run doctor with --dev-vars names the flag, the rule and the remedy",
      "npm run setup with --dev-vars names the flag, the rule and the remedy",
      "npm start with --persist-to names the flag, the rule and the remedy",
      "npm run setup with --persist-to names the flag, the rule and the remedy",
    ],
  },
  {
    point: "3.7",
    file: "node/ports.test.ts",
    names: [
      "when the port of the worker is taken npm start chooses again",
      "when the port of the emulator is taken npm start chooses again",
      "says in words that ports are taken again and again",
    ],
  },
];
