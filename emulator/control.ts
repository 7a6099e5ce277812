/**
 * The client of the emulator's control interface. Tests pass it `wechat.handle`, scripts pass it `fetch`; both then use
 * the types of `model.ts`.
 */
import type {
  AgentRequest,
  AppPatch,
  CallList,
  CallRecord,
  ChatRecord,
  ClockRequest,
  ClockState,
  ControlProblem,
  EmulatedApp,
  EmulatorState,
  FaultRequest,
  KillTokenRequest,
  PauseList,
  PauseView,
  ResumeRequest,
  ResumeView,
  Switches,
} from "./model.ts";
import type { PushRecord, PushRequest, RedeliverRequest, VerifyRecord, VerifyRequest, WireTree } from "./push-model.ts";

/** A function that answers requests: `fetch`, or an emulator's `handle` in the same process. */
export type FetchLike = (request: Request) => Promise<Response>;

/** Options that `text`, `enter` and similar methods pass on to `push`. */
export type PushOptions = Omit<PushRequest, "openid" | "content">;

/** A refused control request; the message contains the reason. */
export class ControlError extends Error {
  override readonly name = "ControlError";
  readonly code = "emulator_control_refused";
  readonly status: number;

  constructor(path: string, status: number, problem: string) {
    super(`emulator ${path}: ${problem} (${status})`);
    this.status = status;
  }
}

/** The client; every method throws a `ControlError` when the emulator refuses. */
export type Control = ReturnType<typeof createControl>;

/**
 * Creates a client.
 *
 * @param send sends a request and returns the answer
 * @param baseUrl the emulator's origin; any origin works when `send` is `wechat.handle`
 */
export function createControl(send: FetchLike, baseUrl = "http://127.0.0.1:8788") {
  const get = <T>(path: string): Promise<T> => call<T>(send, new Request(`${baseUrl}/_emulator/${path}`), path);
  const post = <T>(path: string, body: unknown): Promise<T> =>
    call<T>(
      send,
      new Request(`${baseUrl}/_emulator/${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
      path,
    );
  const push = (request: PushRequest): Promise<PushRecord> => post("push", request);

  return {
    /** Simulates any push. Unless `wait` is false, waits until it is answered or the retries are used up. */
    push,
    /** Simulates a text message of the user. */
    text: (openid: string, content: string, options: PushOptions = {}) =>
      push({ ...options, openid, content: { kind: "text", content } }),
    /** Simulates a picture from the user; without data a small PNG. */
    image: (openid: string, dataBase64?: string, options: PushOptions = {}) =>
      push({ ...options, openid, content: { kind: "image", ...(dataBase64 === undefined ? {} : { dataBase64 }) } }),
    /** Simulates a card of a page of this mini program. */
    card: (openid: string, title: string, pagePath: string, options: PushOptions = {}) =>
      push({ ...options, openid, content: { kind: "miniprogrampage", title, pagePath } }),
    /** Simulates the user opening the chat from a contact button. */
    enter: (openid: string, sessionFrom = "", options: PushOptions = {}) =>
      push({ ...options, openid, content: { kind: "enter", sessionFrom } }),
    /** Simulates any other event. */
    event: (openid: string, event: string, fields: WireTree = {}, options: PushOptions = {}) =>
      push({ ...options, openid, content: { kind: "event", event, fields } }),
    /** Delivers a push again, with the same fields. */
    redeliver: (request: RedeliverRequest): Promise<PushRecord> => post("redeliver", request),
    /** Returns a push and its attempts so far; waits while an attempt is under way. */
    pushed: (id: string): Promise<PushRecord> => get(`push?${new URLSearchParams({ id }).toString()}`),
    /** Sends the console's verification GET; on success the app's push URL is set to the verified one. */
    verify: (request: VerifyRequest = {}): Promise<VerifyRecord> => post("verify", request),
    /** Returns the user's chat and reply quota. */
    chat: (openid: string, appid?: string): Promise<ChatRecord> =>
      get(`chat?${new URLSearchParams({ openid, ...(appid === undefined ? {} : { appid }) }).toString()}`),
    /**
     * Adds a fault that makes API calls fail. Several faults can be set; the oldest one that matches a call applies.
     */
    fault: (request: FaultRequest): Promise<void> => post("fault", request),
    /** Removes all faults. */
    clearFaults: (): Promise<void> => post("clear-faults", {}),
    /** Makes the current access tokens of an app invalid. */
    killToken: (request: KillTokenRequest = {}): Promise<void> => post("kill-token", request),
    /** Returns the mini programs that the worker has paused; null when the worker does not answer. */
    pauses: async (): Promise<readonly PauseView[] | null> => (await get<PauseList>("pauses")).pauses,
    /** Makes the worker send one waiting message and lift the pause of an app if WeChat accepts it. */
    resume: (request: ResumeRequest = {}): Promise<ResumeView> => post("resume", request),
    /** Changes the assumed behaviour of the platform; switches that are not named keep their value. */
    switches: (patch: Partial<Switches>): Promise<Switches> => post("switches", patch),
    /** Sets or moves the emulator's clock. */
    clock: (request: ClockRequest): Promise<ClockState> => post("clock", request),
    /** Puts the official agent on or off duty, sets its first message, or closes a session. */
    agent: (request: AgentRequest): Promise<void> => post("agent", request),
    /** Changes an app's settings in the console. */
    app: (patch: AppPatch): Promise<EmulatedApp> => post("app", patch),
    /** Returns every API call since the start or the last reset, oldest first. */
    calls: async (): Promise<readonly CallRecord[]> => (await get<CallList>("calls")).calls,
    /** Returns clock, apps, switches, faults and users. */
    state: (): Promise<EmulatorState> => get("state"),
    /**
     * Clears chats, pushes, calls, media, faults and agents; restores switches, clock and apps to their initial values.
     * Issued access tokens keep working, the count of forced refreshes starts at zero, and no id is reused. Then asks
     * the worker, if its address is known, to resume every app.
     */
    reset: (): Promise<void> => post("reset", {}),
  };
}

/** Sends one request and reads the answer. Both ends share `model.ts`, so the type of a 2xx answer is not checked. */
async function call<T>(send: FetchLike, request: Request, path: string): Promise<T> {
  const response = await send(request);
  if (response.ok) return response.json();
  const problem: ControlProblem = await response.json();
  throw new ControlError(path, response.status, problem.error);
}
