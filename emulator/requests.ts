/**
 * Validates requests to the control interface. The types are in `model.ts`; the compiler checks each schema against its
 * type.
 */
import * as v from "valibot";
import type {
  AgentRequest,
  AppPatch,
  ClockRequest,
  EmulatedAppInput,
  FaultRequest,
  KillTokenRequest,
  ResumeRequest,
  Switches,
} from "./model.ts";
import type {
  PushContent,
  PushOverrides,
  PushRequest,
  RedeliverRequest,
  VerifyRequest,
  WireNode,
  WireTree,
} from "./push-model.ts";
import type { ServiceOptions } from "./service.ts";

const filled = v.pipe(v.string(), v.nonEmpty("must not be empty"));
const openid = v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/, "must be 1 to 64 letters, digits, - or _"));
/** WECHAT.md §9.1; how longer values are handled is not published. */
const sessionFrom = v.pipe(v.string(), v.maxLength(1_024, "must be at most 1024 characters"));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const copies = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(200));
const seconds = v.pipe(v.number(), v.integer(), v.minValue(0));
const base64 = v.pipe(v.string(), v.base64("must be base64"));
const mode = v.picklist(["plain", "compatible", "secure"]);
const format = v.picklist(["xml", "json"]);
const aesKey = v.pipe(v.string(), v.regex(/^[A-Za-z0-9]{43}$/, "must be 43 letters and digits"));
const httpUrl = v.pipe(
  v.string(),
  v.url("must be a URL"),
  v.regex(/^https?:/, "must begin with http:// or https://"),
  // fetch refuses URLs with credentials.
  v.check(hasNoCredentials, "must not contain a user name or password"),
);
const optional = v.exactOptional;

/** A field name that is valid in XML and JSON. */
const fieldName = v.pipe(v.string(), v.regex(/^[A-Za-z_][\w.-]*$/, "must be a field name"));
const wireNode: v.GenericSchema<unknown, WireNode> = v.lazy(() =>
  v.union([v.string(), v.pipe(v.number(), v.finite()), v.array(wireNode), wireTree]),
);
const wireTree: v.GenericSchema<unknown, WireTree> = v.lazy(() => v.record(fieldName, wireNode));

/** The content of a push, by kind; the compiler requires every kind. */
const contents = {
  text: v.strictObject({ kind: v.literal("text"), content: v.string() }),
  image: v.strictObject({ kind: v.literal("image"), dataBase64: optional(base64) }),
  miniprogrampage: v.strictObject({
    kind: v.literal("miniprogrampage"),
    title: v.string(),
    pagePath: v.string(),
    cardAppid: optional(filled),
  }),
  enter: v.strictObject({ kind: v.literal("enter"), sessionFrom }),
  event: v.strictObject({
    kind: v.literal("event"),
    event: filled,
    fields: optional(wireTree),
    omit: optional(v.array(v.picklist(["ToUserName", "FromUserName", "CreateTime", "MsgType"]))),
  }),
  message: v.strictObject({ kind: v.literal("message"), msgType: filled, fields: optional(wireTree) }),
} as const satisfies { [K in PushContent["kind"]]: v.GenericSchema<unknown, Extract<PushContent, { kind: K }>> };
const contentSchema: v.GenericSchema<unknown, PushContent> = v.variant("kind", Object.values(contents));

const overridesSchema: v.GenericSchema<unknown, PushOverrides> = v.strictObject({
  signature: optional(v.string()),
  receiveId: optional(v.string()),
  mode: optional(mode),
  timestamp: optional(seconds),
  plaintext: optional(v.string()),
  plaintextBase64: optional(base64),
});

/** The body of `POST push`. */
export const PushSchema: v.GenericSchema<unknown, PushRequest> = v.strictObject({
  appid: optional(filled),
  openid,
  content: contentSchema,
  msgId: optional(v.pipe(v.string(), v.regex(/^\d{1,19}$/, "must be 1 to 19 digits"))),
  createTime: optional(seconds),
  businessId: optional(count),
  overrides: optional(overridesSchema),
  copies: optional(copies),
  deliver: optional(v.boolean()),
  wait: optional(v.boolean()),
});

/** The body of `POST redeliver`. */
export const RedeliverSchema: v.GenericSchema<unknown, RedeliverRequest> = v.strictObject({
  id: filled,
  copies: optional(copies),
  wait: optional(v.boolean()),
});

/** The body of `POST verify`. */
export const VerifySchema: v.GenericSchema<unknown, VerifyRequest> = v.strictObject({
  appid: optional(filled),
  pushUrl: optional(httpUrl),
  echostr: optional(v.string()),
  signature: optional(v.string()),
});

const faultScope = {
  appid: optional(filled),
  target: optional(v.picklist(["any", "token", "send", "typing", "upload", "download", "quota", "callback"])),
  times: optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
};

/** The body of `POST fault`. */
export const FaultSchema: v.GenericSchema<unknown, FaultRequest> = v.variant("fault", [
  v.strictObject({
    ...faultScope,
    fault: v.literal("errcode"),
    errcode: v.pipe(v.number(), v.integer()),
    errmsg: optional(v.string()),
  }),
  v.strictObject({ ...faultScope, fault: v.literal("slow"), delayMs: count }),
  v.strictObject({ ...faultScope, fault: v.literal("dead") }),
  v.strictObject({
    ...faultScope,
    fault: v.literal("http"),
    status: v.pipe(v.number(), v.integer(), v.minValue(400), v.maxValue(599)),
  }),
  v.strictObject({ ...faultScope, fault: v.literal("drop"), when: v.picklist(["before", "after"]) }),
]);

/** The body of `POST switches`. */
export const SwitchesSchema: v.GenericSchema<unknown, Partial<Switches>> = v.strictObject({
  retryNon200: optional(v.boolean()),
  retryCreateTime: optional(v.picklist(["same", "new"])),
  retrySignature: optional(v.picklist(["new", "same"])),
  signatureAgeS: optional(v.pipe(count, v.maxValue(1_000_000_000))),
  retries: optional(v.pipe(count, v.maxValue(10))),
  retryGapMs: optional(count),
  pushTimeoutMs: optional(v.pipe(count, v.minValue(1))),
  latencyMs: optional(count),
  textUnit: optional(v.picklist(["bytes", "characters"])),
  enterRefills: optional(v.boolean()),
  // WECHAT.md §6.1: at most 7200.
  tokenSeconds: optional(v.pipe(count, v.minValue(1), v.maxValue(7_200))),
  ipWhitelist: optional(v.boolean()),
});

const milliseconds = v.pipe(v.number(), v.integer());

/** The body of `POST clock`. */
export const ClockSchema: v.GenericSchema<unknown, ClockRequest> = v.union(
  [v.strictObject({ offsetMs: milliseconds }), v.strictObject({ advanceMs: milliseconds })],
  "must be { offsetMs } or { advanceMs }, whole milliseconds",
);

/** The body of `POST kill-token`. */
export const KillTokenSchema: v.GenericSchema<unknown, KillTokenRequest> = v.strictObject({
  appid: optional(filled),
  sticky: optional(v.boolean()),
});

/** The body of `POST resume`. */
export const ResumeSchema: v.GenericSchema<unknown, ResumeRequest> = v.strictObject({ appid: optional(filled) });

/** The body of `POST agent`. */
export const AgentSchema: v.GenericSchema<unknown, AgentRequest> = v.strictObject({
  appid: optional(filled),
  on: optional(v.boolean()),
  reply: optional(v.string()),
  close: optional(openid),
});

/** The body of `POST app`. */
export const AppPatchSchema: v.GenericSchema<unknown, AppPatch> = v.strictObject({
  appid: filled,
  secret: optional(filled),
  token: optional(filled),
  aesKey: optional(aesKey),
  mode: optional(mode),
  format: optional(format),
  pushUrl: optional(httpUrl),
});

/** The variable APPS of the emulator's Worker. */
export const AppsSchema: v.GenericSchema<unknown, EmulatedAppInput[]> = v.pipe(
  v.array(
    v.strictObject({
      appid: filled,
      secret: filled,
      account: optional(v.pipe(v.string(), v.regex(/^gh_\w+$/, "must begin with gh_"))),
      token: filled,
      aesKey,
      mode,
      format,
      pushUrl: httpUrl,
    }),
  ),
  v.minLength(1, "must list at least one app"),
);

/** The variable WORKER of the emulator's Worker. */
export const WorkerSchema: v.GenericSchema<unknown, ServiceOptions> = v.strictObject({ url: httpUrl, apiKey: filled });

/** Formats all problems of a rejected input in one line, each with its field. */
export function describeIssues(issues: readonly v.BaseIssue<unknown>[]): string {
  return issues.map((issue) => `${v.getDotPath(issue) ?? "(body)"}: ${issue.message}`).join("; ");
}

function hasNoCredentials(url: string): boolean {
  if (!URL.canParse(url)) return true;
  const { username, password } = new URL(url);
  return username === "" && password === "";
}
