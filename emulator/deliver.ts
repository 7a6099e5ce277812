/**
 * The platform's side of a push: the user's action is recorded, then the push is delivered, by default with a timeout
 * of 5 seconds and up to 3 retries (WECHAT.md §1.6). The answer decides what the user sees.
 */
import { handOver, isHeld } from "./agent.ts";
import { decodeUtf8 } from "./crypto.ts";
import { judgeAnswer, type Judgement, type Question } from "./judge.ts";
import type { EmulatedApp } from "./model.ts";
import type { WireResponse } from "./phone-model.ts";
import { allFields, createPush, isForged, isMessage, isUserAction, type ContentProblem } from "./push-content.ts";
import type {
  PushAttempt,
  PushContent,
  PushRecord,
  PushRequest,
  RedeliverRequest,
  Verdict,
  VerifyRecord,
  VerifyRequest,
} from "./push-model.ts";
import { buildPushRequest, buildVerifyRequest } from "./push-request.ts";
import type { Delivery, Push } from "./push-state.ts";
import { withEnter, withMessage } from "./quota.ts";
import { plainAnswer, wireRequest, wireResponse } from "./traffic.ts";
import { userKey, type User, type World } from "./world.ts";

/** The line a user sees when the worker cannot be reached or its answer is invalid (WECHAT.md §1.6). */
export const UNAVAILABLE_TEXT = "该小程序提供的服务出现故障，请稍后再试";

/**
 * Builds a push, records the user's action, and delivers the push. It is not delivered when `deliver` is false, or when
 * it is a message and an agent holds the session.
 *
 * @returns the push and its attempts so far, or why it could not be built
 */
export async function push(world: World, app: EmulatedApp, request: PushRequest): Promise<PushRecord | ContentProblem> {
  const made = createPush(world, app, request);
  if ("problem" in made) return made;
  world.records.pushes.set(made.id, made);
  recordUserAction(world, made);
  if (request.deliver === false) return recordOf(made);
  const known = userOf(world, made);
  if (isMessage(request.content) && known !== undefined && isHeld(world, known)) {
    made.outcome = "agent";
    return recordOf(made);
  }
  made.running = deliver(world, made);
  if (request.wait !== false) await made.running;
  return recordOf(made);
}

/**
 * Delivers a push again, with the same fields: one attempt per copy, without retries, in parallel with a delivery under
 * way.
 */
export async function redeliver(world: World, made: Push, request: RedeliverRequest): Promise<PushRecord> {
  const again = deliverAgain(world, made, request.copies ?? 1);
  made.running = Promise.all([made.running, again]).then(() => {});
  if (request.wait !== false) await again;
  return recordOf(made);
}

/** Returns a push and its attempts after the deliveries under way have ended. */
export async function settled(made: Push): Promise<PushRecord> {
  await made.running;
  return recordOf(made);
}

/** Sends the verification GET and checks the echo; if it is right, saves the push URL (WECHAT.md §1.2). */
export async function verify(world: World, app: EmulatedApp, request: VerifyRequest): Promise<VerifyRecord> {
  const delivery = newDelivery(world);
  const echostr = request.echostr ?? delivery.nonce.repeat(2);
  const { pushUrl = app.pushUrl } = request;
  const asked = buildVerifyRequest({ ...app, pushUrl }, request, echostr, delivery);
  const close = world.records.traffic.open({
    kind: "verify",
    at: world.now(),
    appid: app.appid,
    openid: null,
    label: "GET echostr",
    request: wireRequest(asked, ""),
  });
  const answer = await exchange(world, asked);
  const verdict = answer.status === 200 && answer.body === echostr ? "echoed" : "refused";
  close({ verdict, response: shownAnswer(app, answer) });
  const current = world.apps.get(app.appid);
  // As in the console, a URL that does not return the echostr is not saved.
  if (verdict === "echoed" && current !== undefined) world.apps.set(app.appid, { ...current, pushUrl });
  return { status: answer.status, body: answer.body, verdict };
}

/** Adds the user's action to the chat and grants its reply quota. Ignores pushes that are not an action of the user. */
function recordUserAction(world: World, made: Push): void {
  const { request } = made;
  if (!isUserAction(request)) return;
  const user = world.user(made.appid, request.openid);
  const at = request.createTime === undefined ? world.now() : request.createTime * 1000;
  const msgId = made.msgId === undefined ? {} : { msgId: made.msgId };
  user.lines = [...user.lines, { from: "user", at, pushId: made.id, content: request.content, ...msgId }];
  if (!isMessage(request.content)) {
    user.quota = withEnter(user.quota, at, world.records.switches.enterRefills);
    return;
  }
  user.quota = withMessage(user.quota, at);
  user.exchangedAt = Math.max(user.exchangedAt, at);
}

async function deliver(world: World, made: Push): Promise<void> {
  made.outcome = "pending";
  const { switches } = world.records;
  const retries = isForged(made.request) ? 0 : switches.retries;
  let createTime = made.createTime;
  let best = bestOf(await deliverCopies(world, made, createTime, made.request.copies ?? 1));
  for (let retry = 0; retry < retries && isSentAgain(best.verdict, switches.retryNon200); retry += 1) {
    await world.ports.sleep(switches.retryGapMs);
    if (isForgotten(world, made)) break;
    if (switches.retryCreateTime === "new") createTime = Math.floor(world.now() / 1000);
    best = bestOf(await deliverCopies(world, made, createTime, 1));
  }
  conclude(world, made, best);
}

function questionOf(openid: string, content: PushContent): Question {
  return { openid, isMessage: isMessage(content), ...(content.kind === "event" && { event: content.event }) };
}

/**
 * Redelivers a push. A success replaces an earlier failure. A failure adds no error line to the chat; it changes the
 * outcome only of a push that was not delivered before.
 */
async function deliverAgain(world: World, made: Push, copies: number): Promise<void> {
  const best = bestOf(await deliverCopies(world, made, made.createTime, copies));
  if (made.outcome === "acknowledged" || made.outcome === "transferred") return;
  if (isTaken(best.verdict)) conclude(world, made, best);
  else if (made.outcome === "held") made.outcome = "unavailable";
}

/**
 * Stores the outcome of a delivery: a handover changes the user's session, a failure adds the error line to the chat.
 */
function conclude(world: World, made: Push, best: PushAttempt): void {
  const user = isUserAction(made.request) ? userOf(world, made) : undefined;
  if (best.verdict === "transfer") {
    made.outcome = "transferred";
    if (user !== undefined) handOver(world, user);
    return;
  }
  if (best.verdict === "success") {
    made.outcome = "acknowledged";
    return;
  }
  made.outcome = "unavailable";
  if (user === undefined) return;
  user.lines = [...user.lines, { from: "system", at: world.now(), text: UNAVAILABLE_TEXT, pushId: made.id }];
}

/** Returns the user of a push, if the user ever acted: a forged push creates no user, and a reset removes users. */
function userOf(world: World, made: Push): User | undefined {
  return isForgotten(world, made) ? undefined : world.records.users.get(userKey(made.appid, made.request.openid));
}

/** Returns whether a reset has removed the push. Its delivery then ends without retries and changes no chat. */
function isForgotten(world: World, made: Push): boolean {
  return !world.records.pushes.has(made.id);
}

async function deliverCopies(world: World, made: Push, createTime: number, copies: number): Promise<PushAttempt[]> {
  const attempts = await Promise.all(Array.from({ length: copies }, () => attempt(world, made, createTime)));
  made.attempts = [...made.attempts, ...attempts];
  return attempts;
}

async function attempt(world: World, made: Push, createTime: number): Promise<PushAttempt> {
  const at = world.now();
  const startedAt = world.ports.now();
  // Read for each attempt, so that a change in the console takes effect at once, also for retries.
  const app = appOf(world, made.appid);
  const { openid, content, overrides } = made.request;
  const fields = allFields(app, made, createTime);
  const isNew = made.signed !== null && world.records.switches.retrySignature === "new";
  const delivery = isNew ? newDelivery(world) : (made.signed ??= newDelivery(world));
  const built = buildPushRequest(app, openid, fields, overrides ?? {}, delivery);
  const close = world.records.traffic.open({
    kind: "push",
    at,
    appid: app.appid,
    openid,
    label: labelOf(made),
    pushId: made.id,
    request: wireRequest(built.request, built.body, built.plaintext && (decodeUtf8(built.plaintext) ?? "(not UTF-8)")),
  });
  const answer = await exchange(world, built.request);
  const judgement: Judgement =
    answer.status === null
      ? { verdict: answer.failure, problem: answer.body }
      : judgeAnswer(app, questionOf(openid, content), answer.status, answer.body);
  close({ ...judgement, response: shownAnswer(app, answer) });
  return {
    at,
    status: answer.status,
    body: answer.status === null ? "" : answer.body,
    ms: world.ports.now() - startedAt,
    ...judgement,
  };
}

/** Returns the event's name; without one the MsgType, otherwise `push`. */
function labelOf({ fields }: Push): string {
  const label = fields["Event"] ?? fields["MsgType"];
  return typeof label === "string" ? label : "push";
}

function shownAnswer(app: EmulatedApp, answer: Answer): WireResponse | null {
  if (answer.status === null) return null;
  return wireResponse(answer.status, answer.headers, answer.body, plainAnswer(app, answer.body));
}

type Answer =
  | { readonly status: number; readonly headers: Headers; readonly body: string }
  | { readonly status: null; readonly body: string; readonly failure: "timeout" | "network" };

/** Sends one request with the platform's timeout. */
async function exchange(world: World, request: Request): Promise<Answer> {
  const { pushTimeoutMs } = world.records.switches;
  const hangUp = new AbortController();
  const answered = new AbortController();
  const answer = ask(world, new Request(request, { signal: hangUp.signal }));
  const timeout = world.ports
    .sleep(pushTimeoutMs, answered.signal)
    .then((): Answer => ({ status: null, body: `no answer within ${pushTimeoutMs} ms`, failure: "timeout" }));
  const first = await Promise.race([answer, timeout]);
  // Aborted only after a timeout, because closing the connection of an answered call could end work that the worker
  // does after its answer.
  if (first.status === null && first.failure === "timeout") hangUp.abort();
  answered.abort();
  return first;
}

async function ask(world: World, request: Request): Promise<Answer> {
  try {
    const response = await world.ports.send(request);
    return { status: response.status, headers: response.headers, body: decodeBody(await response.arrayBuffer()) };
  } catch (error) {
    return { status: null, body: messageOf(error), failure: "network" };
  }
}

/** Decodes a body. Unlike `Response.text`, keeps a byte order mark: a body with one is not `success`. */
function decodeBody(bytes: ArrayBuffer): string {
  return new TextDecoder("utf-8", { fatal: false, ignoreBOM: true }).decode(bytes);
}

/**
 * Returns the values a delivery is signed with. The timestamp is from the machine's clock, not the emulator's: the
 * emulator's clock may be moved to let quotas expire, and the worker, whose clock is not moved, would reject every push
 * as too old.
 */
function newDelivery(world: World): Delivery {
  const nonce = Array.from(world.ports.randomBytes(10), (byte) => String(byte % 10)).join("");
  const timestamp = Math.floor(world.ports.now() / 1000) - world.records.switches.signatureAgeS;
  return { timestamp, nonce, random: world.ports.randomBytes(16) };
}

/** Returns the attempt that decides: of several copies one success is sufficient; next comes a malformed answer. */
function bestOf(attempts: readonly PushAttempt[]): PushAttempt {
  const best =
    attempts.find(({ verdict }) => isTaken(verdict)) ?? attempts.find(({ verdict }) => verdict === "malformed");
  const chosen = best ?? attempts[0];
  if (chosen === undefined) throw new Error("the number of copies of a push must be at least 1");
  return chosen;
}

function isTaken(verdict: Verdict): boolean {
  return verdict === "success" || verdict === "transfer";
}

function isSentAgain(verdict: Verdict, retryNon200: boolean): boolean {
  return verdict === "timeout" || verdict === "network" || (verdict === "refused" && retryNon200);
}

function recordOf(made: Push): PushRecord {
  const { id, appid, request, msgId, createTime, attempts, outcome } = made;
  const { openid, content } = request;
  return {
    id,
    appid,
    openid,
    kind: content.kind,
    ...(msgId === undefined ? {} : { msgId }),
    createTime,
    attempts,
    outcome,
  };
}

function appOf(world: World, appid: string): EmulatedApp {
  const app = world.apps.get(appid);
  if (app === undefined) throw new Error(`no app ${appid}`);
  return app;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
