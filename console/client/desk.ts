/** The client side of the desk: the connection, the lists, the open conversation, drafts and the outbox. */
import type { PresenceInput } from "../../shared/api/desk/agent.ts";
import type { Commanded } from "../../shared/api/desk/commands.ts";
import type { OpenViewName } from "../../shared/api/desk/row.ts";
import { SOCKET_PROTOCOL, type PageFrame, type ServerFrame } from "../../shared/api/socket.ts";
import { applyFrame } from "../model/frames.ts";
import { STANDING_VIEWS } from "../model/lists.ts";
import { markNew } from "../model/log.ts";
import { EMPTY_DESK, type DeskState } from "../model/state.ts";
import { mediaIdOf, withoutArrived, type Unsent } from "../model/unsent.ts";
import { call, command, readLog, type Me } from "./api.ts";
import { createDrafts, type Drafts, type SavedDraft } from "./drafts.ts";
import { draftPrefix, forgetAgent, forgetOld, listKept, type KeptTexts } from "./kept-texts.ts";
import { createLink, type Link, type LinkState, type SocketLike } from "./link.ts";
import { createOpenConversation } from "./open-conversation.ts";
import { createOutbox, type Outbox, type UploadProgress } from "./outbox.ts";
import { createStore, type Store } from "./store.ts";
import type { Tabs } from "./tabs.ts";
import { createTaking } from "./taking.ts";
import { uploadPicture } from "./upload.ts";

/** The browser functions that the desk needs. */
export interface DeskOptions {
  readonly you: Me;
  readonly kept: KeptTexts;
  readonly tabs: Tabs;
  readonly openSocket: () => SocketLike;
  readonly isSignedIn: () => Promise<boolean>;
  /** Whether the page is visible. The open conversation of a hidden page is not reported as viewed. */
  readonly isShown: () => boolean;
}

/** A session, and the version on which a command is based. */
export interface Target {
  readonly conversation: string;
  readonly log: string;
  readonly session: number;
  readonly version: number;
}

/** The state of the desk on this page, and the operations on it. */
export interface Desk {
  readonly state: Store<DeskState>;
  readonly link: Store<LinkState>;
  readonly drafts: Drafts;
  readonly outbox: Outbox;
  /**
   * Conversations whose last reply was refused because newer messages had arrived; pressing Enter again sends the
   * reply.
   */
  readonly stale: Store<ReadonlySet<string>>;
  readonly start: () => void;
  /**
   * Connects or pings now, and views the open conversation again; called when the page was shown or the network came
   * back.
   */
  readonly poke: () => void;
  /** Shows at once that the connection is lost; called when the browser reports that the network is gone. */
  readonly lose: () => void;
  /** Saves the drafts, sends the waiting messages and stops viewing; called when the page is hidden or closed. */
  readonly leave: () => void;
  /** Subscribes to a list that is not always subscribed to, or unsubscribes. */
  readonly showView: (view: OpenViewName, isShown: boolean) => void;
  /** Opens a conversation; null: none. */
  readonly open: (conversation: string | null) => void;
  readonly readOlder: () => Promise<void>;
  /** Reads the open conversation again after a failure. */
  readonly readAgain: () => void;
  /**
   * Reports that the agent has read the open conversation to its end, if the session is the agent's and has unread
   * messages.
   */
  readonly see: () => void;
  readonly typing: (isTyping: boolean) => void;
  /** Withdraws a message that is held for the user's next message. @throws ApiProblem */
  readonly withdraw: (message: string) => Promise<void>;
  readonly choosePresence: (presence: PresenceInput) => Promise<void>;
  /** Runs a command on a session. @throws ApiProblem */
  readonly act: (target: Target, name: string, extra?: Readonly<Record<string, unknown>>) => Promise<Commanded>;
  /** Takes over what another tab has stored. @param key a key of the browser's storage that it has changed */
  readonly notice: (key: string) => void;
  /** Saves the drafts and sends the waiting messages. */
  readonly saveAll: () => void;
  /** Returns the numbers of texts in this browser, of all tabs: messages that the server does not have, and drafts. */
  readonly countTexts: () => { readonly unsent: number; readonly drafts: number };
  readonly stop: () => void;
  /** Stops, and removes the texts of the agent from this browser; called when the agent has signed out. */
  readonly stopAndForget: () => void;
}

/** Creates the desk of the agent who is signed in; `start` connects it. */
export function createDesk(options: DeskOptions): Desk {
  const state = createStore(EMPTY_DESK);
  const linkState = createStore<LinkState>({ name: "connecting" });
  const stale = createStore<ReadonlySet<string>>(new Set());
  const extra = new Set<OpenViewName>();
  const page = crypto.randomUUID();
  /** The newest row that was reported as seen, by conversation. */
  const seen = new Map<string, number>();
  const taking = createTaking(options.you.id);

  forgetOld(options.kept, Date.now());
  const drafts = createDrafts(options.you.id, options.kept, {
    save: (conversation, log, draft) => link.send({ type: "draft", conversation, log, draft }),
    async read(conversation) {
      const saved = await call<{ readonly draft: SavedDraft | null }>("GET", `conversations/${conversation}/draft`);
      return saved.draft;
    },
  });
  const outbox = createOutbox({
    agent: options.you.id,
    kept: options.kept,
    tabs: options.tabs,
    post,
    isLive: () => linkState.get().name === "live",
    onStale(unsent) {
      // The text is not put back when the agent has begun another one since, because both would be sent as one; nor
      // while a note is written, because the input would change to the reply and the rest of the note would go to the
      // user.
      const { mode, reply, note } = drafts.read(unsent.conversation, unsent.log);
      if (mode === "note" || reply !== "" || note !== "") return false;
      putBack(drafts, unsent);
      stale.change((set) => new Set(set).add(unsent.conversation));
      return true;
    },
    onAccepted({ conversation }) {
      // Saved at once: otherwise the text just sent would return from the server as a draft if this browser ended now.
      drafts.save(conversation);
      // The rows kept for this conversation lack the new message, as if it had not been sent.
      opened.outdate(conversation);
      settle();
    },
  });
  const link: Link = createLink({
    openSocket: options.openSocket,
    isSignedIn: options.isSignedIn,
    random: Math.random,
    hello: () => hello(),
    onFrames: (frames) => take(frames),
    onState(next) {
      linkState.change(() => next);
      if (next.name === "live") onLive();
      // This page can never send again, so another tab may take over its messages.
      if (next.name === "ended") outbox.stop();
    },
  });

  const opened = createOpenConversation({
    state,
    readLog,
    isLive: () => linkState.get().name === "live",
    send(frame) {
      if (frame.type !== "open" || options.isShown()) link.send(frame);
    },
    onNewest() {
      mark();
      settle();
    },
    onFilled: () => settle(),
  });

  const views = (): OpenViewName[] => [...STANDING_VIEWS, ...extra];
  const hello = (): PageFrame => {
    const { epoch, rev, isStale } = state.get();
    return { type: "hello", protocol: SOCKET_PROTOCOL, page, epoch: isStale ? null : epoch, rev, views: views() };
  };
  const onLive = (): void => {
    // What was reported on a connection that broke may not have arrived.
    seen.clear();
    outbox.resume();
    drafts.save();
    opened.subscribe();
  };
  const take = (frames: readonly ServerFrame[]): void => {
    const before = state.get();
    const after = taking.markArrived(
      before,
      frames.reduce((next, frame) => applyFrame(next, frame, Date.now()), before),
    );
    state.change(() => after);
    if (state.get().isStale) link.send(hello());
    mark();
    opened.catchUp();
    settle();
  };
  const mark = (): void => {
    const { open, rows, epoch } = state.get();
    const row = open === null ? undefined : rows.get(open.conversation);
    // Before the lists have arrived it is unknown what is unread.
    if (open !== null && epoch !== null)
      opened.edit(open.conversation, (before) => markNew(before, row?.session.unread ?? 0));
  };
  const settle = (): void => {
    outbox.settle((list) => withoutArrived(list, state.get().open));
  };

  async function post(unsent: Unsent, progress: UploadProgress): Promise<string | null> {
    const { conversation, log, content, hold, seenSeq, id } = unsent;
    const path = `conversations/${conversation}`;
    if (content.type === "note") {
      await call("POST", `${path}/notes`, { key: id, body: { log, text: content.text } });
      return null;
    }
    const message =
      content.type === "text"
        ? { type: "text", content: content.text }
        : {
            type: "image",
            mediaId: mediaIdOf(unsent, Date.now()) ?? (await upload(conversation, content.bytes, progress)),
          };
    const more = { log, ...(hold && { hold }), ...(seenSeq !== null && { seenSeq }) };
    const replied = await taking.while(conversation, () =>
      call<{ readonly id: string }>("POST", `${path}/replies`, {
        key: id,
        body: { ...message, ...more },
        keepalive: content.type === "text",
      }),
    );
    return replied.id;
  }

  const saveAll = (): void => {
    drafts.save();
    outbox.flush();
  };
  const stop = (): void => {
    drafts.save();
    drafts.stop();
    link.stop("signed_out");
    outbox.stop();
  };

  return {
    state,
    link: linkState,
    drafts,
    outbox,
    stale,
    start: link.start,
    poke() {
      link.poke();
      if (linkState.get().name === "live") opened.subscribe();
    },
    lose: link.lose,
    leave() {
      saveAll();
      if (state.get().open !== null) link.send({ type: "shut" });
    },
    showView(view, isShown) {
      if (STANDING_VIEWS.includes(view) || extra.has(view) === isShown) return;
      if (isShown) extra.add(view);
      else extra.delete(view);
      link.send({ type: "view", name: view, on: isShown });
    },
    open(conversation) {
      const { open } = state.get();
      if (open?.conversation === conversation || (open === null && conversation === null)) return;
      if (open !== null) drafts.save(open.conversation);
      // When the agent leaves a conversation, its messages that could still be taken back are sent.
      outbox.flush();
      opened.open(conversation);
    },
    readOlder: opened.readOlder,
    readAgain: opened.readAgain,
    see() {
      const { open, rows } = state.get();
      const row = open === null ? undefined : rows.get(open.conversation);
      if (
        open === null ||
        open.log === null ||
        row === undefined ||
        row.session.assignee !== options.you.id ||
        row.session.unread === 0
      )
        return;
      if ((seen.get(open.conversation) ?? 0) >= open.to || row.log !== open.log) return;
      const { conversation, log, to } = open;
      if (link.send({ type: "seen", conversation, log, session: row.session.seq, seq: to })) seen.set(conversation, to);
    },
    typing: (on) => void link.send({ type: "typing", on }),
    async choosePresence(presence) {
      await call("PUT", "me/presence", { body: presence });
    },
    async withdraw(message) {
      await call("DELETE", `messages/${message}`);
    },
    act({ conversation, ...target }, name, more = {}) {
      const run = (): Promise<Commanded> =>
        command(conversation, name, { id: crypto.randomUUID(), ...target, ...more });
      return name === "take" || name === "reopen" ? taking.while(conversation, run) : run();
    },
    notice(key) {
      drafts.notice(key);
      outbox.notice(key);
    },
    saveAll,
    countTexts: () => ({
      unsent: outbox.count(),
      drafts: listKept(options.kept, draftPrefix(options.you.id)).length,
    }),
    stop,
    stopAndForget() {
      stop();
      forgetAgent(options.kept, options.you.id);
    },
  };
}

/** Uploads a picture and keeps its id for repeats. @returns its id */
async function upload(conversation: string, bytes: Blob, progress: UploadProgress): Promise<string> {
  const picture = await uploadPicture(conversation, bytes, progress.share);
  progress.uploaded(picture);
  return picture.mediaId;
}

/** Puts the text of a message back into the composer, before any text typed since; does nothing for a picture. */
export function putBack(drafts: Drafts, { conversation, log, content }: Unsent): void {
  if (content.type === "picture") return;
  const mode = content.type === "note" ? "note" : "reply";
  const draft = drafts.read(conversation, log);
  const text = draft[mode] === "" ? content.text : `${content.text}\n${draft[mode]}`;
  drafts.write(conversation, { ...draft, mode, [mode]: text });
}
