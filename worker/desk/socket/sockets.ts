/**
 * The sockets of the desk's pages: who is connected, what each page shows, and the frames that keep it current
 * (docs/design/0026-desk-socket.md). Only the attachments of the sockets survive an eviction of the object: when the
 * object is constructed again, each page gets complete lists.
 */
import { readPageFrame } from "../../../shared/api/desk/frames.ts";
import { SOCKET_PROTOCOL, TYPING_MS, type PageFrame, type ServerFrame } from "../../../shared/api/socket.ts";
import { generationOf } from "../../conversation/core/log-id.ts";
import { maskRow } from "../../conversation/core/shown/masked-row.ts";
import { errorName, writeLog } from "../../platform/logger.ts";
import { ownershipIn } from "../core/entry.ts";
import { erasedGeneration } from "../core/state.ts";
import type { LoadedDesk } from "../loaded-desk.ts";
import { rightsKeyOf, toAgentJson } from "./agent-json.ts";
import {
  aliveAt,
  closeSocket,
  CODES,
  createConnection,
  findSurplusPage,
  findSurplusSocket,
  keepAttachment,
  NO_VIEWERS,
  readAttachment,
  type Connection,
} from "./connection.ts";
import { spend } from "./core/budget.ts";
import { addRows, erasedFrame, positionFrame } from "./core/pending-rows.ts";
import { beginTrail, resumeTrail, type Trail } from "./core/trail.ts";
import { nextTypingEnd } from "./core/who.ts";
import { flushPages, send, viewersOf } from "./flush.ts";
import { createPacer } from "./pacer.ts";
import { createTrailStore } from "./trail-store.ts";
import type { DeskSockets, SocketDeps } from "./types.ts";

/** A socket is closed after this time, so that its sign-in is checked again, milliseconds. */
const MAX_SOCKET_MS = 12 * 3_600_000;
/** The interval at which pages are sent changed loads of agents, milliseconds. */
const LOAD_INTERVAL_MS = 2_000;

type ByeReason = Extract<ServerFrame, { readonly type: "bye" }>["reason"];

/** Creates the sockets, with those that were attached before an eviction. */
export function createDeskSockets(deps: SocketDeps): DeskSockets {
  const { now } = deps;
  let loaded: LoadedDesk | undefined;
  const connections = new Map<string, Connection>();
  const trails = createTrailStore(now);
  let expiryAt = Infinity;
  let isLoadDue = false;
  const request = createPacer(deps, flush);

  for (const socket of deps.sockets()) {
    if (!socket.isOpen()) continue;
    const attachment = readAttachment(socket);
    if (attachment === undefined) {
      socket.close(CODES.rights_changed, "rights_changed");
      continue;
    }
    const connection = createConnection(socket, attachment, now());
    if (attachment.page !== null) connection.trail = beginTrail(attachment.agent, attachment.views, "");
    connection.open = attachment.open && { ...attachment.open, sent: 0 };
    connections.set(socket.id, connection);
  }
  const attached = new Map(
    [...connections].map(([id, connection]) => [id, { agent: connection.agent, seenAt: aliveAt(connection) }]),
  );

  function desk(): LoadedDesk {
    if (loaded === undefined) throw new Error("the sockets have not been started");
    return loaded;
  }

  function flush(): boolean {
    if (loaded === undefined) return false;
    let isSent = false;
    for (const connection of connections.values()) dropInvisible(connection);
    try {
      isSent = flushPages(loaded, [...connections.values()], now());
    } catch (error) {
      writeLog("desk_frames_failed", { error: errorName(error) });
    }
    watchExpiry();
    return isSent;
  }

  /**
   * Schedules a flush for the end of typing on other pages. The end of viewing is shown by the next flush, at the latest
   * by that of the desk's alarm: a timer for it would keep the object awake for as long as two agents view a
   * conversation.
   */
  function watchExpiry(): void {
    const all = [...connections.values()];
    const opened = new Set(all.flatMap(({ open }) => open?.conversation ?? []));
    const at = Math.min(Infinity, ...[...opened].map((id) => nextTypingEnd(viewersOf(id, all), now())));
    if (at >= expiryAt) return;
    expiryAt = at;
    deps.later(Math.min(at - now(), TYPING_MS), () => {
      expiryAt = Infinity;
      request();
    });
  }

  /** Sends the loads of agents later and together, because they change with every session. */
  function showLoads(): void {
    if (isLoadDue) return;
    isLoadDue = true;
    deps.later(LOAD_INTERVAL_MS, () => {
      isLoadDue = false;
      for (const connection of connections.values()) connection.isPeopleDue = true;
      request();
    });
  }

  /** Closes the open conversation of a page that may not see it any more. */
  function dropInvisible(connection: Connection): void {
    const { open, agent } = connection;
    if (open !== null && !desk().lists.maySee(agent, open.conversation)) shut(connection);
  }

  function shut(connection: Connection): void {
    connection.open = null;
    connection.rows = [];
    connection.who = NO_VIEWERS;
    connection.typingUntil = 0;
    keepAttachment(connection);
  }

  /** Removes a connection; its trail is kept for a resume. */
  function remove(connection: Connection): void {
    connections.delete(connection.socket.id);
    const { page, trail, agent } = connection;
    if (page !== null && trail !== null && trail.subscription.epoch !== null) trails.keep(`${agent} ${page}`, trail);
    request();
  }

  function end(connection: Connection, reason: ByeReason): void {
    remove(connection);
    send(connection, [{ type: "bye", reason }]);
    closeSocket(connection, reason);
  }

  /** Closes a connection by a decision of this module, and notifies the desk. */
  function endHere(connection: Connection, reason: ByeReason): void {
    end(connection, reason);
    desk().closeSocket(connection.socket.id);
  }

  function greet(connection: Connection, frame: Extract<PageFrame, { readonly type: "hello" }>): void {
    const you = desk().agents.find(connection.agent);
    if (you === null || you.isSuspended) return endHere(connection, "rights_changed");
    if (frame.protocol !== SOCKET_PROTOCOL) return endHere(connection, "protocol");
    const views = [...new Set(frame.views)];
    const trail = takeTrail(connection, frame.page) ?? connection.trail;
    const surplus = findSurplusPage([...connections.values()], connection, now());
    if (surplus !== undefined) endHere(surplus, "too_many_pages");
    const position = { rights: rightsKeyOf(you), views, epoch: frame.epoch, rev: frame.rev };
    connection.trail =
      trail === null ? beginTrail(connection.agent, views, position.rights) : resumeTrail(trail, position);
    connection.page = frame.page;
    const { epoch, rev } = desk().runner.desk.counters;
    connection.frames.push({ type: "welcome", you: toAgentJson(you), epoch, rev, now: new Date(now()).toISOString() });
    connection.areListsDue = true;
    connection.isPeopleDue = true;
    keepAttachment(connection);
    request();
  }

  /** Closes the page's previous socket and returns its trail, or returns the stored trail; null: there is none. */
  function takeTrail(connection: Connection, page: string): Trail | null {
    for (const other of connections.values()) {
      if (other === connection || other.agent !== connection.agent || other.page !== page) continue;
      connections.delete(other.socket.id);
      closeSocket(other, "replaced");
      desk().closeSocket(other.socket.id);
      return other.trail;
    }
    return trails.take(`${connection.agent} ${page}`);
  }

  function showView(
    connection: Connection,
    trail: Trail,
    { name, on }: Extract<PageFrame, { readonly type: "view" }>,
  ): void {
    const others = trail.subscription.views.filter((view) => view !== name);
    const views = on ? [...others, name] : others;
    if (views.length === trail.subscription.views.length) return;
    connection.trail = beginTrail(connection.agent, views, trail.rights);
    connection.areListsDue = true;
    keepAttachment(connection);
  }

  function open(connection: Connection, { conversation, log }: Extract<PageFrame, { readonly type: "open" }>): void {
    if (connection.open !== null) shut(connection);
    if (!desk().lists.maySee(connection.agent, conversation)) return;
    const { tombstones } = desk().runner.desk.tables;
    if (generationOf(log) <= erasedGeneration(tombstones.values, conversation))
      return void connection.frames.push(erasedFrame(conversation));
    connection.open = toOpen(conversation, log);
    connection.rows = [positionFrame(connection.open)];
    keepAttachment(connection);
  }

  /**
   * Returns the desk's position in a log, or in a newer one of the conversation; `sent` is 0 when the desk knows none,
   * and the page then reads the rows.
   */
  function toOpen(conversation: string, log: string) {
    const { entries, known } = desk().runner.desk.tables;
    const position = entries.values.get(conversation) ?? known.values.get(conversation);
    const isNewer = position !== undefined && generationOf(position.log) >= generationOf(log);
    return { conversation, log: isNewer ? position.log : log, sent: isNewer ? position.to : 0 };
  }

  function run(connection: Connection, frame: PageFrame): void {
    if (frame.type === "hello") return greet(connection, frame);
    const { agent, trail } = connection;
    if (trail === null) return;
    switch (frame.type) {
      case "view":
        showView(connection, trail, frame);
        break;
      case "open":
        open(connection, frame);
        break;
      case "shut":
        shut(connection);
        break;
      case "typing":
        connection.typingUntil = frame.on && connection.open !== null ? now() + TYPING_MS : 0;
        break;
      case "seen":
        if (!desk().lists.maySee(agent, frame.conversation)) return;
        deps.waitUntil(desk().seen(agent, frame.conversation, frame).catch(logFailure));
        return;
      case "draft":
        if (desk().lists.maySee(agent, frame.conversation))
          desk().saveDraft(agent, frame.conversation, frame.log, frame.draft);
        return;
      case "presence":
        desk().agents.choosePresence(agent, { state: frame.state, reason: frame.reason });
        return;
    }
    request();
  }

  return {
    attached,
    pings() {
      for (const connection of connections.values())
        if (connection.at + MAX_SOCKET_MS <= now()) endHere(connection, "rights_changed");
      if ([...connections.values()].some(({ open }) => open !== null)) request();
      return new Map([...connections].map(([id, connection]) => [id, aliveAt(connection)]));
    },
    start(desk) {
      loaded = desk;
      for (const connection of connections.values()) {
        connection.areListsDue = true;
        connection.isPeopleDue = true;
        const { open } = connection;
        if (open === null) continue;
        connection.open = toOpen(open.conversation, open.log);
        connection.rows = [positionFrame(connection.open)];
      }
      if (connections.size > 0) request();
    },
    accept(socket, agent, signIn) {
      const surplus = findSurplusSocket([...connections.values()], agent, now());
      if (surplus !== undefined) endHere(surplus, "too_many_pages");
      const attachment = { agent, signIn, at: now(), page: null, views: [], open: null };
      socket.keep(attachment);
      connections.set(socket.id, createConnection(socket, attachment, now()));
      desk().openSocket(socket.id, agent);
    },
    receive(id, message) {
      const connection = connections.get(id);
      if (connection === undefined) return;
      connection.heardAt = now();
      const budget = spend(connection.budget, now());
      if (budget === undefined) return endHere(connection, "too_many");
      connection.budget = budget;
      const frame = typeof message === "string" ? readPageFrame(message) : undefined;
      if (frame === undefined) return endHere(connection, "bad_frame");
      if (frame !== null) run(connection, frame);
    },
    closed(id) {
      const connection = connections.get(id);
      if (connection !== undefined) remove(connection);
      desk().closeSocket(id);
    },
    signOut(agent, signIn) {
      for (const connection of connections.values())
        if (connection.agent === agent && connection.signIn === signIn) endHere(connection, "signed_out");
    },
    watcher: {
      onChange({ lists, people }) {
        for (const connection of connections.values()) {
          connection.areListsDue ||= lists;
          connection.isPeopleDue ||= people;
        }
        if (connections.size === 0) return;
        if (lists) showLoads();
        request();
      },
      onRows(conversation, { snapshot: { log, to, session }, from, rows }) {
        const viewers = [...connections.values()].filter(({ open }) => open?.conversation === conversation);
        if (viewers.length === 0) return;
        const report = { log, from, to, rows: rows.map(maskRow) };
        const owner = ownershipIn(session);
        for (const connection of viewers) {
          if (connection.open === null || !desk().lists.maySee(connection.agent, conversation, owner)) continue;
          const added = addRows({ open: connection.open, frames: connection.rows }, report);
          const isOtherLog = added.open.log !== connection.open.log;
          connection.open = added.open;
          connection.rows = added.frames;
          if (isOtherLog) keepAttachment(connection);
        }
        request();
      },
      onErased(conversation, generation) {
        for (const connection of connections.values()) {
          if (connection.open?.conversation !== conversation || generationOf(connection.open.log) > generation)
            continue;
          shut(connection);
          // A frame of another log makes the page clear the erased rows.
          connection.frames.push(erasedFrame(conversation));
        }
        request();
      },
      onClose(id, reason) {
        const connection = connections.get(id);
        if (connection === undefined) return;
        if (reason !== "timed_out") return end(connection, reason);
        remove(connection);
        closeSocket(connection, reason);
      },
    },
  };
}

function logFailure(error: unknown): void {
  writeLog("desk_seen_failed", { error: errorName(error) });
}
