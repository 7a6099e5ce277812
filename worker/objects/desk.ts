/**
 * The desk of the deployment, one object. A thin class: decisions are in desk/core/, storing and calling in
 * desk/runner.ts; the parts that need the runtime are here: storage, alarm, configuration, calls of conversations. All
 * other code is loaded when the object is constructed, so that a cold start for a push does not evaluate it.
 */
import { DurableObject } from "cloudflare:workers";
import type { DeskRow } from "../../shared/api/desk/row.ts";
import type { Result } from "../../shared/base/result.ts";
import { parseAccount } from "../../shared/message/address.ts";
import { archiveStub } from "../archive/client.ts";
import { findConfigOf, requireConfig } from "../config/config.ts";
import { conversationStubById } from "../conversation/client.ts";
import type { DeskTerms } from "../conversation/core/session/service.ts";
import type { RemoteConversation } from "../conversation/rpc.ts";
import type { Alerter } from "../desk/alerts/alerter.ts";
import type { SharedAlarm } from "../desk/alerts/shared-alarm.ts";
import type { DeskHost, LoadedDesk } from "../desk/loaded-desk.ts";
import type { RebuildSources } from "../desk/report/rebuild.ts";
import type {
  ActOutcome,
  AgentChange,
  AgentInput,
  AgentProblem,
  AgentView,
  ConversationReport,
  DeskAct,
  DeskList,
  DeskListQuery,
  DeskRpc,
  Draft,
  RebuiltPage,
} from "../desk/rpc.ts";
import { readAccountSettings, settingsReaderDeps } from "../inbox/services.ts";
import { hasDesk, writeDeskTerms } from "../inbox/session/session-code.ts";
import { withTimeout } from "../platform/deadline.ts";
import { errorName, writeLog } from "../platform/logger.ts";
import type { DeskPages } from "./desk-socket.ts";

/** Delay after an internal error until the alarm runs again, milliseconds. */
const ALARM_ERROR_DELAY_MS = 60_000;
/** Timeout of an awaited storage call, milliseconds; the runtime retries a failed alarm. */
const STORAGE_MS = 5_000;
/** The number of rows that a rebuild searches for the newest message. */
const NEWEST_ROWS = 20;

/** The Durable Object of the desk. */
export class Desk extends DurableObject<Env> implements DeskRpc {
  /** The loaded desk. A field of the instance, because RPC exposes methods and getters. */
  readonly loaded: () => LoadedDesk;
  /** The pages and their sockets. */
  readonly pages: () => DeskPages;
  /** Both undefined until the desk is loaded. */
  #alarm: SharedAlarm | undefined;
  #alerts: Alerter | undefined;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    let loaded: LoadedDesk | undefined;
    let pages: DeskPages | undefined;
    this.loaded = () => loaded ?? notLoaded();
    this.pages = () => pages ?? notLoaded();
    void ctx.blockConcurrencyWhile(async () => {
      const [{ loadStoredDesk }, { openDeskSettings }, { createDeskStore }, { loadTextSealer }, alerting, paging] =
        await Promise.all([
          import("../desk/loaded-desk.ts"),
          import("../inbox/session/desk-settings.ts"),
          import("../desk/store.ts"),
          import("../platform/sealed-text.ts"),
          import("./desk-alerts.ts"),
          import("./desk-socket.ts"),
        ]);
      const settings = openDeskSettings(settingsReaderDeps(env, requireConfig(env)));
      const [sealer] = await Promise.all([loadTextSealer(requireConfig(env).dataKeys), settings.refresh()]);
      // Not awaited: the runtime sends no response and no call before alarm and rows are stored.
      const alarm = alerting.shareAlarm((at) => void ctx.storage.setAlarm(at));
      this.#alarm = alarm;
      const opened = paging.openPages(ctx);
      loaded = loadStoredDesk({
        ...this.#host(opened),
        settings,
        store: createDeskStore(ctx.storage),
        sealer: sealer.ok ? sealer.value : undefined,
      });
      this.#alerts = alerting.loadAlerter(ctx, env, loaded, (at) => alarm.set("alerts", at));
      this.#alerts.ring();
      opened.start(loaded);
      pages = opened;
    });
  }

  async listAgents(): Promise<readonly AgentView[]> {
    return this.loaded().agents.list();
  }

  async findAgent(id: string): Promise<AgentView | null> {
    return this.loaded().agents.find(id);
  }

  async findAgentByName(name: string): Promise<AgentView | null> {
    return this.loaded().agents.findByName(name);
  }

  async addAgent(input: AgentInput): Promise<Result<AgentView, AgentProblem>> {
    return this.loaded().agents.add(input);
  }

  async changeAgent(id: string, change: AgentChange): Promise<Result<AgentView, AgentProblem>> {
    return this.loaded().agents.change(id, change);
  }

  async recordLogin(...[agent, login]: Parameters<DeskRpc["recordLogin"]>): Promise<void> {
    this.loaded().agents.recordLogin(agent, login);
  }

  async closeSockets(...[agent, reason, signIn]: Parameters<DeskRpc["closeSockets"]>): Promise<void> {
    if (signIn === undefined) this.loaded().closeSockets(agent, reason);
    else this.pages().signOut(agent, signIn);
  }

  async choosePresence(
    ...[agent, wanted]: Parameters<DeskRpc["choosePresence"]>
  ): Promise<Result<AgentView, AgentProblem>> {
    return this.loaded().agents.choosePresence(agent, wanted);
  }

  async notify(conversation: string, report: ConversationReport): Promise<void> {
    this.loaded().notify(conversation, report);
    this.ctx.waitUntil(this.loaded().followSettings());
  }

  async confirmErased(conversation: string, generation: number): Promise<void> {
    this.loaded().confirmErased(conversation, generation);
  }

  async list(agent: string | null, query: DeskListQuery): Promise<DeskList> {
    return this.loaded().lists.list(agent, query);
  }

  async session(agent: string | null, conversation: string): Promise<DeskRow | null> {
    return this.loaded().lists.session(agent, conversation);
  }

  async maySee(agent: string, conversation: string): Promise<boolean> {
    return this.loaded().maySee(agent, conversation);
  }

  act(request: DeskAct): Promise<ActOutcome> {
    return this.loaded().act(request);
  }

  async authorizeReply(agent: string, conversation: string): ReturnType<DeskRpc["authorizeReply"]> {
    return this.loaded().authorizeReply(agent, conversation);
  }

  seen(...[agent, conversation, input]: Parameters<DeskRpc["seen"]>): Promise<boolean> {
    return this.loaded().seen(agent, conversation, input);
  }

  async rebuild(cursor: string | null): Promise<RebuiltPage> {
    const { rebuildPage } = await import("../desk/report/rebuild.ts");
    const { locationHint } = requireConfig(this.env);
    const directory = (after: string | null, limit: number) =>
      archiveStub(this.env.ARCHIVE, locationHint).directory(after, limit);
    return rebuildPage(this.loaded(), { ...this.#sources(), directory }, cursor);
  }

  async refresh(...[agent, conversation, contact]: Parameters<DeskRpc["refresh"]>): Promise<DeskRow | null> {
    const { readConversation } = await import("../desk/report/rebuild.ts");
    await readConversation(this.loaded(), this.#sources(), { conversation, ...contact });
    return this.loaded().lists.session(agent, conversation);
  }

  async saveDraft(...draft: Parameters<DeskRpc["saveDraft"]>): Promise<void> {
    this.loaded().saveDraft(...draft);
  }

  async findDraft(agent: string, conversation: string): Promise<Draft | null> {
    return this.loaded().drafts.find(agent, conversation);
  }

  async robotFailures(): ReturnType<DeskRpc["robotFailures"]> {
    return this.#alerts?.failures() ?? {};
  }

  async clearRobotFailure(robot: string): Promise<void> {
    this.#alerts?.clearFailure(robot);
  }

  /** Opens the socket of a page. */
  override async fetch({ headers }: Request): Promise<Response> {
    this.ctx.waitUntil(this.loaded().followSettings());
    return this.pages().connect(headers);
  }

  override webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): void {
    this.pages().receive(this.pages().idOf(socket), message);
  }

  override webSocketClose(socket: WebSocket): void {
    this.pages().closed(this.pages().idOf(socket));
  }

  override webSocketError(socket: WebSocket): void {
    this.pages().closed(this.pages().idOf(socket));
  }

  /**
   * Applies expired time limits, repeats calls without an answer, sends due alerts, and sets the alarm for the next
   * time limit; after an error it is set again in `ALARM_ERROR_DELAY_MS`.
   */
  override async alarm(): Promise<void> {
    try {
      this.#alarm?.rang();
      // Times may have changed while the object was not running.
      await this.loaded().followSettings();
      this.loaded().alarm();
      this.#alerts?.ring();
    } catch (error) {
      writeLog("alarm_failed", { object: "desk", error: errorName(error) });
      await withTimeout(STORAGE_MS, this.ctx.storage.setAlarm(Date.now() + ALARM_ERROR_DELAY_MS));
    }
  }

  #host(pages: DeskPages): Omit<DeskHost, "settings" | "store" | "sealer"> {
    const { ctx } = this;
    return {
      epoch: crypto.randomUUID(),
      now: () => Date.now(),
      setAlarm: (at) => this.#alarm?.set("desk", at),
      waitUntil: (work) => ctx.waitUntil(work),
      command: (conversation, input) => this.#conversation(conversation).command(input),
      seen: (conversation, input) => this.#conversation(conversation).seen(input),
      change: (conversation, log, command) => this.#conversation(conversation).change(log, command),
      snapshot: this.#sources().snapshot,
      terms: (account) => this.#terms(account),
      attached: pages.attached,
      pings: pages.pings,
      watcher: {
        ...pages.watcher,
        onChange: (changed) => {
          pages.watcher.onChange(changed);
          this.#alerts?.check();
        },
      },
    };
  }

  /** Returns the functions with which a rebuild reads a conversation. */
  #sources(): Pick<RebuildSources, "snapshot" | "newestRows"> {
    return {
      snapshot: (conversation) => this.#conversation(conversation).snapshot(),
      newestRows: async (conversation) => {
        const { toRowJson } = await import("../conversation/core/shown/row-json.ts");
        const view = await this.#conversation(conversation).view(NEWEST_ROWS);
        return view?.rows.map((row) => toRowJson(row, conversation)) ?? [];
      },
    };
  }

  /** Returns a new stub: a stub whose connection broke never works again. */
  #conversation(id: string): RemoteConversation {
    const { locationHint } = requireConfig(this.env);
    return conversationStubById(this.env.CONVERSATION, id, { locationHint });
  }

  /**
   * Returns the settings of an account's service; undefined for an unknown account, without a desk, and when they
   * cannot be read.
   */
  async #terms(account: string | undefined): Promise<DeskTerms | undefined> {
    const config = requireConfig(this.env);
    const address = account === undefined ? undefined : parseAccount(account);
    const app = address && findConfigOf(config, address);
    if (app === undefined) return undefined;
    const stored = await readAccountSettings(this.env, config, app);
    if (!stored.ok || !hasDesk(stored.value.settings)) return undefined;
    return writeDeskTerms(stored.value.settings, Date.now());
  }
}

function notLoaded(): never {
  throw new Error("the desk is not loaded: its constructor has not finished");
}
