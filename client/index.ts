/**
 * A client of the REST API: `createKefuClient`, and `signContext` for contexts signed by a shop's back end. Runs
 * wherever there are `fetch` and `crypto.randomUUID` (Node 20, Workers, browsers) and has no dependencies. Why it is
 * written by hand and not generated: docs/design/0014-typed-client.md.
 *
 * Refusals are values: every method returns a `Result` whose error has the problem's stable `code`. Only invalid
 * options throw.
 */
import { read, readNothing, readPicture, readSettings, readStream } from "./answers.ts";
import { createDeskCalls } from "./desk.ts";
import { readOptions, VISIBLE_ASCII, type KefuClientOptions } from "./options.ts";
import { invalidArgument } from "./problem.ts";
import {
  followChanges,
  streamExport,
  type ChangesOptions,
  type ExportOptions,
  type LogOptions,
  type LogPageOptions,
  type PageOptions,
} from "./rows.ts";
import { request, type Call, type CallApi } from "./transport.ts";
import type {
  Accepted,
  AccountSettings,
  AccountEvents,
  Alerts,
  AlertTested,
  AgentChange,
  AgentInput,
  AuditPage,
  Conversation,
  Diagnostics,
  ExportLine,
  Forwarding,
  Health,
  Invited,
  Message,
  Outbound,
  Page,
  People,
  Person,
  Picture,
  PictureType,
  Quarantine,
  Replayed,
  ReplayStarted,
  Resumed,
  Result,
  Row,
  SendOptions,
  SettingsInput,
  Uploaded,
  VersionedSettings,
  Webhooks,
} from "./types.ts";
import { JSON_BODY, keyedHeaders } from "./write.ts";

export { signContext, type SignContextError, type SignedContext } from "./sign-context.ts";
export type { KefuClientOptions } from "./options.ts";
export type { ChangesOptions, ExportOptions, LogOptions, LogPageOptions, PageOptions } from "./rows.ts";
export type * from "./types.ts";

/** The client that `createKefuClient` returns. */
export type KefuClient = ReturnType<typeof createKefuClient>;

/** Timeout of `diagnostics`, ms. WeChat takes up to 20 seconds. */
const DIAGNOSTICS_MS = 25_000;
/** Timeout of `resume`, ms. The call sends a test message and may have to fetch an access token first. */
const RESUME_MS = 25_000;
/** Timeout of an upload or download, ms. A picture whose upload timed out too early would be uploaded again. */
const PICTURE_MS = 25_000;

/**
 * Creates a client. Methods about a conversation take its id, its address `channel:account:user`, or a user of the
 * client's account. The client has no state: create one per process, or one per request.
 *
 * @throws TypeError when `baseUrl` is not an http(s) address, `apiKey` cannot be a header, or a number is out of range
 */
export function createKefuClient(options: KefuClientOptions) {
  const transport = readOptions(options);

  const call: CallApi = (call, read) => request(transport, call, read);
  const act = async (action: Call): Promise<Result<void>> => {
    const result = await call(action, readNothing);
    return result.ok ? { ok: true, value: undefined } : result;
  };
  const readPage = (id: string, query: LogPageOptions, signal?: AbortSignal): Promise<Result<Page>> => {
    const { after, before, limit, log } = query;
    const path = ["conversations", { id }, "messages"];
    return call({ method: "GET", path, query: { after, before, limit, log }, signal }, read.page);
  };

  return {
    ...createDeskCalls(call),

    /**
     * Sends a user a message. Success means that it is stored and will be sent to WeChat; `message(id)` returns its
     * status. The client retries with the same Idempotency-Key, so the message is never sent twice.
     */
    async send(id: string, message: Outbound, options: SendOptions = {}): Promise<Result<Accepted>> {
      const { idempotencyKey, log, ...rest } = options;
      const headers = keyedHeaders(idempotencyKey);
      if (!headers.ok) return headers;
      const body = JSON.stringify({ ...message, ...rest });
      const path = ["conversations", { id }, "messages"];
      return call({ method: "POST", path, query: { log }, headers: headers.value, body }, read.accepted);
    },

    /** Returns the status of a message. */
    message(id: string): Promise<Result<Message>> {
      return call({ method: "GET", path: ["messages", { id }] }, read.message);
    },

    /**
     * Withdraws a message that is held for the user's next message; `not_held` when it was sent or is being sent. A
     * repeat has the same result.
     */
    withdraw(id: string): Promise<Result<void>> {
      return act({ method: "DELETE", path: ["messages", { id }] });
    },

    /** Returns the reply window, the context and the newest rows. @param query `limit`: 1 to 200 rows, default 20 */
    conversation(id: string, query: Pick<PageOptions, "limit"> = {}): Promise<Result<Conversation>> {
      const { limit } = query;
      return call({ method: "GET", path: ["conversations", { id }], query: { limit } }, read.conversation);
    },

    /** Returns a page of the log after a cursor, or with `before` the rows before it. */
    messages(id: string, page: LogPageOptions = {}): Promise<Result<Page>> {
      return readPage(id, page);
    },

    /**
     * Yields every row after a cursor, oldest first. Ends when there are no more rows; with `pollMs` it polls until the
     * signal aborts. A failure is the last item it yields: `gone` when the conversation was erased meanwhile. Store
     * `row.seq` as the cursor.
     */
    changes(id: string, options: ChangesOptions = {}): AsyncGenerator<Result<Row>, void, undefined> {
      return followChanges((page) => readPage(id, page, options.signal), options, transport.wait);
    },

    /**
     * Yields all data of the user from one download: events and quarantined pushes that name the user (`kind`
     * "account-event" and "quarantined"), then all rows, each oldest first. A failure, including an interrupted
     * download, is the last item it yields.
     */
    exportRows(id: string, { signal }: ExportOptions = {}): AsyncGenerator<Result<ExportLine>, void, undefined> {
      const path = ["conversations", { id }, "export"];
      return streamExport(() => call({ method: "GET", path, signal }, readStream), signal);
    },

    /**
     * Deletes all data of the user, at once; with `log`, only if that log is still the current one. When the response
     * is lost and the call is repeated, `conversation_not_found` (with a conversation id) or `gone` (with a log) means
     * that the data is deleted.
     */
    erase(id: string, { log }: LogOptions = {}): Promise<Result<void>> {
      return act({ method: "DELETE", path: ["conversations", { id }], query: { log } });
    },

    /** Shows the typing indicator for 15 seconds, or hides it (`on` false). */
    typing(id: string, on = true): Promise<Result<void>> {
      const body = JSON.stringify({ on });
      return act({ method: "POST", path: ["conversations", { id }, "typing"], headers: JSON_BODY, body });
    },

    /** Uploads a picture to WeChat, at most 2 MB; its id is valid for three days. */
    uploadImage(picture: Blob | Uint8Array<ArrayBuffer>, type: PictureType): Promise<Result<Uploaded>> {
      const headers = { "content-type": type };
      return call({ method: "POST", path: ["media"], headers, body: picture, minTimeoutMs: PICTURE_MS }, read.uploaded);
    },

    /** Downloads a picture that a user sent. */
    downloadMedia(mediaId: string): Promise<Result<Picture>> {
      return call({ method: "GET", path: ["media", { mediaId }], minTimeoutMs: PICTURE_MS }, readPicture);
    },

    /** Returns the settings of all accounts as one document, with its version. */
    settings(): Promise<Result<VersionedSettings>> {
      return call({ method: "GET", path: ["settings"], isOfDeployment: true }, readSettings);
    },

    /**
     * Returns the settings in force for one account, and the source of each key.
     *
     * @param account `mini-program:` and the AppID
     */
    settingsOf(account: string): Promise<Result<AccountSettings>> {
      return call(
        { method: "GET", path: ["settings"], query: { account }, isOfDeployment: true },
        read.accountSettings,
      );
    },

    /**
     * Stores the settings of all accounts, unless other settings were stored since they were read as `etag` (412
     * `version_mismatch`). The client does not retry this call: if the first try succeeded and its response was lost, a
     * retry would be refused as a version mismatch. With the etag `*`, which overwrites any version, it does retry.
     */
    async putSettings(settings: SettingsInput, etag: string): Promise<Result<VersionedSettings>> {
      if (!VISIBLE_ASCII.test(etag))
        return { ok: false, error: invalidArgument("etag", "must be an etag returned by settings()") };
      const headers = { ...JSON_BODY, "if-match": etag };
      const body = JSON.stringify(settings);
      return call(
        { method: "PUT", path: ["settings"], headers, body, repeat: etag === "*", isOfDeployment: true },
        readSettings,
      );
    },

    /**
     * Returns events that belong to no conversation (of other products, of the mini program as a whole, or with an
     * unknown name), oldest first, after a cursor. Store `next` as the cursor; only an empty page means that there are
     * no more.
     */
    events({ after, limit }: PageOptions = {}): Promise<Result<AccountEvents>> {
      return call({ method: "GET", path: ["events"], query: { after, limit } }, read.events);
    },

    /** Returns the state of forwarding to your own push server. */
    forwarding(): Promise<Result<Forwarding>> {
      return call({ method: "GET", path: ["forwarding"] }, read.forwarding);
    },

    /**
     * Returns the quarantine of the last week, newest first: authentic pushes that could not be parsed and, with an
     * empty `body`, the days on which pushes were rejected because of their signed timestamp.
     */
    quarantine(): Promise<Result<Quarantine>> {
      return call({ method: "GET", path: ["quarantine"] }, read.quarantine);
    },

    /**
     * Returns a page of the audit log of the deployment after a cursor, oldest first. `broken` is null when no entry
     * of the page is missing or changed. Store `head`: without comparing it, removed newest entries cannot be
     * detected.
     */
    audit({ after, limit }: PageOptions = {}): Promise<Result<AuditPage>> {
      return call({ method: "GET", path: ["audit"], query: { after, limit }, isOfDeployment: true }, read.audit);
    },

    /** Returns the robots that alerts are sent to, without URL and secret, and when alerts are due. */
    alerts(): Promise<Result<Alerts>> {
      return call({ method: "GET", path: ["alerts"], isOfDeployment: true }, read.alerts);
    },

    /**
     * Sends a test message to a robot. `robot_failed` contains the reason, with meaning and fix. The client does not
     * retry this call: a retry could send the message twice.
     */
    testAlert(robot: string): Promise<Result<AlertTested>> {
      const body = JSON.stringify({ robot });
      const path = ["alerts", "test"];
      return call(
        { method: "POST", path, headers: JSON_BODY, body, repeat: false, isOfDeployment: true },
        read.alertTested,
      );
    },

    /** Returns all agents, suspended ones included. */
    agents(): Promise<Result<People>> {
      return call({ method: "GET", path: ["agents"], isOfDeployment: true }, read.people);
    },

    /**
     * Adds an agent and returns the link with which the agent sets a password. Not retried: when the response is lost,
     * a repeat is refused as `name_taken`, and `inviteAgent` returns another link.
     */
    addAgent(agent: AgentInput): Promise<Result<Invited>> {
      const body = JSON.stringify(agent);
      return call(
        { method: "POST", path: ["agents"], headers: JSON_BODY, body, repeat: false, isOfDeployment: true },
        read.invited,
      );
    },

    /** Changes or suspends an agent. */
    changeAgent(id: string, change: AgentChange): Promise<Result<Person>> {
      const body = JSON.stringify(change);
      return call(
        { method: "PATCH", path: ["agents", { id }], headers: JSON_BODY, body, isOfDeployment: true },
        read.person,
      );
    },

    /** Returns a new invite link, which also resets the agent's password when it is accepted. */
    inviteAgent(id: string): Promise<Result<Invited>> {
      return call({ method: "POST", path: ["agents", { id }, "invite"], isOfDeployment: true }, read.invited);
    },

    /** Returns the state of each webhook in the settings. */
    webhooks(): Promise<Result<Webhooks>> {
      return call({ method: "GET", path: ["webhooks"] }, read.webhooks);
    },

    /** Redelivers all events after the row `after` of a conversation to a webhook, with the same webhook-ids. */
    replayWebhook(id: string, webhook: string, after = 0, { log }: LogOptions = {}): Promise<Result<Replayed>> {
      const path = ["conversations", { id }, "webhooks", { webhook }, "replay"];
      const body = JSON.stringify({ after });
      return call({ method: "POST", path, query: { log }, headers: JSON_BODY, body }, read.replayed);
    },

    /**
     * Redelivers the events that a webhook did not receive (`skipped` of `webhooks()`): 100 conversations per call,
     * each from its first skipped event on. Call it until `remaining` is 0.
     *
     * @param from the `webhook-id` of an event: redelivers its conversation only, from that event on
     */
    replaySkipped(id: string, from = "skipped"): Promise<Result<ReplayStarted>> {
      const path = ["webhooks", { id }, "replay"];
      return call({ method: "POST", path, headers: JSON_BODY, body: JSON.stringify({ from }) }, read.replayStarted);
    },

    /** Deletes the record of events that a webhook did not receive; nothing is redelivered. */
    dismissSkipped(id: string): Promise<Result<void>> {
      return act({ method: "DELETE", path: ["webhooks", { id }, "skipped"] });
    },

    /** Returns whether every mini program can send: `degraded` with the faults of each, at most 10 seconds old. */
    health(): Promise<Result<Health>> {
      return call({ method: "GET", path: ["healthz"], isAtRoot: true }, read.health);
    },

    /**
     * Lifts a pause: one waiting message is sent first, the others follow when WeChat accepts it. `resumed` of the
     * value is true when the pause was lifted or there was none.
     */
    resume(): Promise<Result<Resumed>> {
      return call({ method: "POST", path: ["resume"], minTimeoutMs: RESUME_MS }, read.resumed);
    },

    /**
     * Has WeChat test the setup: the access token, the call limit of custom/send, and whether the push URL can be
     * reached. Takes up to 20 seconds.
     */
    diagnostics(): Promise<Result<Diagnostics>> {
      return call({ method: "GET", path: ["diagnostics"], minTimeoutMs: DIAGNOSTICS_MS }, read.diagnostics);
    },
  };
}
