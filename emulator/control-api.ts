/**
 * The control interface under `/_emulator/`: POST with a validated JSON body, GET for the emulator's records. The
 * routes here are those that `control.ts` calls; `phone-api.ts` has two more for the phone page.
 */
import * as v from "valibot";
import { directAgent, sessionOf } from "./agent.ts";
import { CONTROL_PREFIX } from "./control-prefix.ts";
import { push, redeliver, settled, verify } from "./deliver.ts";
import type {
  AgentRequest,
  AppPatch,
  CallList,
  ChatRecord,
  ClockRequest,
  ClockState,
  ControlProblem,
  EmulatedApp,
  EmulatorState,
  FaultRequest,
  KillTokenRequest,
  PauseList,
  ResumeRequest,
  Switches,
} from "./model.ts";
import { servePhone } from "./phone-api.ts";
import type { PushRequest, RedeliverRequest } from "./push-model.ts";
import type { Push } from "./push-state.ts";
import { viewQuota } from "./quota.ts";
import {
  AgentSchema,
  AppPatchSchema,
  ClockSchema,
  describeIssues,
  FaultSchema,
  KillTokenSchema,
  PushSchema,
  RedeliverSchema,
  ResumeSchema,
  SwitchesSchema,
  VerifySchema,
} from "./requests.ts";
import { setBack } from "./set-back.ts";
import { MAX_JSON_DEPTH, parseJson } from "./wire.ts";
import { userKey, type User, type World } from "./world.ts";

/** The outcome of a request: JSON, or why it was not executed. */
type Reply = { readonly json: unknown } | Refused;

/**
 * 400: malformed; 404: names something unknown, or needs a worker and none is configured; 502: no answer from the
 * worker.
 */
interface Refused {
  readonly status: 400 | 404 | 502;
  readonly problem: string;
}

type Post = (world: World, body: unknown) => Reply | Promise<Reply>;
type Get = (world: World, query: URLSearchParams) => Reply | Promise<Reply>;

const DONE: Reply = { json: null };
const NO_SERVICE = "the emulator has no address of a worker: npm start sets it in the variable WORKER";
const SILENT_SERVICE =
  "the worker did not answer: check that it is running and that its API key is the one in .dev.vars";
const NOT_JSON = `(body): must be JSON with a nesting depth of at most ${MAX_JSON_DEPTH}`;
/**
 * Limit of the clock offset in either direction, milliseconds: 100 years. Much larger offsets would give invalid dates.
 */
const MAX_OFFSET_MS = 100 * 366 * 24 * 3_600_000;

const POSTS: ReadonlyMap<string, Post> = new Map<string, Post>([
  ["push", forApp(PushSchema, postPush)],
  ["redeliver", checked(RedeliverSchema, postRedeliver)],
  ["verify", forApp(VerifySchema, async (world, app, request) => ({ json: await verify(world, app, request) }))],
  ["fault", checked(FaultSchema, postFault)],
  ["clear-faults", clearFaults],
  ["switches", checked(SwitchesSchema, postSwitches)],
  ["clock", checked(ClockSchema, postClock)],
  ["kill-token", forApp(KillTokenSchema, postKillToken)],
  ["resume", forApp(ResumeSchema, postResume)],
  ["agent", forApp(AgentSchema, postAgent)],
  ["app", forApp(AppPatchSchema, postApp)],
  ["reset", postReset],
]);

const GETS: ReadonlyMap<string, Get> = new Map<string, Get>([
  ["push", getPush],
  ["chat", getChat],
  ["calls", getCalls],
  ["state", getState],
  ["pauses", getPauses],
]);

/**
 * Serves one control request, or a read of the phone page. A refusal has the status of `Refused` and its reason as
 * JSON.
 */
export async function serveControl(world: World, request: Request): Promise<Response> {
  const forPhone = servePhone(world, request);
  if (forPhone !== null) return forPhone;
  const reply = await dispatch(world, request);
  if ("json" in reply) return Response.json(reply.json);
  const problem: ControlProblem = { error: reply.problem };
  return Response.json(problem, { status: reply.status });
}

async function dispatch(world: World, request: Request): Promise<Reply> {
  const url = new URL(request.url);
  const name = url.pathname.slice(CONTROL_PREFIX.length);
  const get = request.method === "GET" ? GETS.get(name) : undefined;
  if (get !== undefined) return get(world, url.searchParams);
  const post = request.method === "POST" ? POSTS.get(name) : undefined;
  if (post !== undefined) {
    const body = parseJson(await request.text());
    return body === undefined ? { status: 400, problem: NOT_JSON } : post(world, body);
  }
  return { status: 404, problem: `no ${request.method} ${url.pathname}` };
}

/** Creates the handler of a POST whose body must match the schema (otherwise 400). */
function checked<T>(
  schema: v.GenericSchema<unknown, T>,
  run: (world: World, request: T) => Reply | Promise<Reply>,
): Post {
  return (world, body) => {
    const parsed = v.safeParse(schema, body);
    return parsed.success ? run(world, parsed.output) : { status: 400, problem: describeIssues(parsed.issues) };
  };
}

/** Creates the handler of a POST for one app: the app that the body names (404 if unknown), or the first. */
function forApp<T extends { readonly appid?: string }>(
  schema: v.GenericSchema<unknown, T>,
  run: (world: World, app: EmulatedApp, request: T) => Reply | Promise<Reply>,
): Post {
  return checked(schema, (world, request) => {
    const app = findApp(world, request.appid);
    return "problem" in app ? app : run(world, app, request);
  });
}

async function postPush(world: World, app: EmulatedApp, request: PushRequest): Promise<Reply> {
  const record = await push(world, app, request);
  return "problem" in record ? { status: 400, problem: record.problem } : { json: record };
}

async function postRedeliver(world: World, request: RedeliverRequest): Promise<Reply> {
  const made = findPush(world, request.id);
  return "problem" in made ? made : { json: await redeliver(world, made, request) };
}

function postFault(world: World, fault: FaultRequest): Reply {
  const app = findApp(world, fault.appid);
  if ("problem" in app) return app;
  world.records.faults.add(fault);
  return DONE;
}

function clearFaults(world: World): Reply {
  world.records.faults.clear();
  return DONE;
}

function postSwitches(world: World, patch: Partial<Switches>): Reply {
  world.records.switches = { ...world.records.switches, ...patch };
  return { json: world.records.switches };
}

function postClock(world: World, request: ClockRequest): Reply {
  const offsetMs = "offsetMs" in request ? request.offsetMs : world.records.clockOffsetMs + request.advanceMs;
  if (Math.abs(offsetMs) > MAX_OFFSET_MS || world.ports.now() + offsetMs < 0) {
    const name = "offsetMs" in request ? "offsetMs" : "advanceMs";
    return {
      status: 400,
      problem: `${name}: the emulator's clock must be after 1970 and within 100 years of the machine's clock`,
    };
  }
  const isBack = offsetMs < world.records.clockOffsetMs;
  world.records.clockOffsetMs = offsetMs;
  if (isBack) setBack(world);
  return { json: clockOf(world) };
}

function postKillToken(world: World, app: EmulatedApp, request: KillTokenRequest): Reply {
  world.tokens.kill(app.appid, request.sticky ?? false);
  return DONE;
}

async function postResume(world: World, app: EmulatedApp, _request: ResumeRequest): Promise<Reply> {
  const { service } = world.ports;
  if (service === undefined) return { status: 404, problem: NO_SERVICE };
  const resumed = await service.resume(app.appid);
  return resumed === null ? { status: 502, problem: SILENT_SERVICE } : { json: resumed };
}

function postAgent(world: World, app: EmulatedApp, request: AgentRequest): Reply {
  directAgent(world, app.appid, request);
  return DONE;
}

function postApp(world: World, app: EmulatedApp, patch: AppPatch): Reply {
  const patched: EmulatedApp = { ...app, ...patch };
  world.apps.set(app.appid, patched);
  return { json: patched };
}

async function postReset(world: World): Promise<Reply> {
  world.reset();
  // Lifts the worker's pauses. Called after the reset, when the simulated faults that caused them are cleared. Asks the
  // worker to resume every app and not only those it reports as paused, because its report may be ten seconds old.
  const { service } = world.ports;
  if (service !== undefined) await Promise.all(Array.from(world.apps.keys(), (appid) => service.resume(appid)));
  return DONE;
}

async function getPush(world: World, query: URLSearchParams): Promise<Reply> {
  const made = findPush(world, query.get("id") ?? "");
  return "problem" in made ? made : { json: await settled(made) };
}

function getChat(world: World, query: URLSearchParams): Reply {
  const app = findApp(world, query.get("appid") ?? undefined);
  if ("problem" in app) return app;
  const openid = query.get("openid");
  if (openid === null) return { status: 400, problem: "openid: missing" };
  const user = world.records.users.get(userKey(app.appid, openid));
  return { json: user === undefined ? EMPTY_CHAT : chatOf(world, user) };
}

const EMPTY_CHAT: ChatRecord = {
  lines: [],
  duplicates: 0,
  quota: { remaining: 0, expiresAt: null },
  session: "none",
  typing: false,
};

function chatOf(world: World, user: User): ChatRecord {
  const now = world.now();
  const bodies = user.lines.flatMap((line) => (line.from === "service" ? [line.body] : []));
  return {
    lines: user.lines,
    duplicates: bodies.length - new Set(bodies).size,
    quota: viewQuota(user.quota, now),
    session: sessionOf(world, user),
    typing: now < user.typingUntil,
  };
}

function getCalls(world: World): Reply {
  const list: CallList = { calls: world.records.calls };
  return { json: list };
}

function getState(world: World): Reply {
  const { switches, faults, users } = world.records;
  const state: EmulatorState = {
    clock: clockOf(world),
    apps: [...world.apps.values()],
    switches,
    faults: faults.list(),
    users: Array.from(users.values(), ({ appid, openid, lines }) => ({ appid, openid, lines: lines.length })),
  };
  return { json: state };
}

async function getPauses(world: World): Promise<Reply> {
  const list: PauseList = { pauses: (await world.ports.service?.pauses()) ?? null };
  return { json: list };
}

function clockOf(world: World): ClockState {
  return { now: world.now(), offsetMs: world.records.clockOffsetMs };
}

function findApp(world: World, appid: string | undefined): EmulatedApp | Refused {
  const [first] = world.apps.values();
  const app = appid === undefined ? first : world.apps.get(appid);
  const known = [...world.apps.keys()].join(", ");
  return app ?? { status: 404, problem: `appid: ${appid} is unknown; known: ${known}` };
}

function findPush(world: World, id: string): Push | Refused {
  return world.records.pushes.get(id) ?? { status: 404, problem: `id: no push ${id}` };
}
