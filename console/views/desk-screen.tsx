/** The desk: lists, conversation and panel side by side; on narrow screens one over the other. */
import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { PresenceInput } from "../../shared/api/desk/agent.ts";
import type { ShownDeskRow } from "../../shared/api/socket.ts";
import { putBack, type Desk, type Target } from "../client/desk.ts";
import { readRoute, useHash, writeRoute, type Route } from "../client/route.ts";
import { useStore } from "../client/store.ts";
import { countAttention } from "../model/arrivals.ts";
import { listRows, type ListName } from "../model/lists.ts";
import { rightsOf } from "../model/rights.ts";
import { lastSession } from "../model/timeline.ts";
import { useTexts } from "../text/texts.ts";
import type { Theme } from "../ui/appearance.ts";
import { fill, type Language } from "../ui/text.ts";
import { ChatPane, NoChat } from "./chat-pane.tsx";
import { describeProblem, nameOf, SharedContext, type Dialog, type Shared } from "./context.ts";
import { FinishDialog, ParkDialog, ShortcutsDialog, TransferDialog } from "./dialogs.tsx";
import { useKeys } from "./keys.ts";
import { ListPane } from "./list-pane.tsx";
import { Toast, useArrivals, useNotice } from "./notice.tsx";
import { PresenceDialog } from "./presence-dialog.tsx";
import { ConnectionBanner, PresenceBanner, PresenceButton, Rail } from "./rail.tsx";
import { SidePanel } from "./side-panel.tsx";
import { countServed, SignOutDialog } from "./sign-out-dialog.tsx";
import { UnmaskDialog } from "./unmask-dialog.tsx";

interface ScreenProps {
  readonly desk: Desk;
  readonly theme: Theme;
  readonly language: Language;
  readonly onTheme: (theme: Theme) => void;
  readonly onLanguage: (language: Language) => void;
  /** Rejects with an `ApiProblem` when the agent is still signed in. */
  readonly onSignOut: () => Promise<void>;
}

/** Renders the screen of an agent who is signed in. */
export function DeskScreen(props: ScreenProps): JSX.Element {
  const { desk } = props;
  const t = useTexts();
  const state = useStore(desk.state, (value) => value);
  const link = useStore(desk.link, (value) => value);
  const route = readRoute(useHash());
  const [dialog, showDialog] = useState<Dialog | null>(null);
  const [isPanelShown, showPanel] = useState(false);
  const [notice, notify] = useNotice();
  const { you, open } = state;
  const row = open === null ? null : (state.rows.get(open.conversation) ?? null);
  const contact = useContacts(state.rows, open?.conversation ?? null);
  const shared: Shared = useMemo(() => ({ desk, notify, showDialog }), [desk, notify]);
  const go = (next: Partial<Route>): void => {
    location.hash = writeRoute({ ...route, ...next });
  };

  useEffect(() => desk.showView("all", route.list === "all"), [desk, route.list]);
  useEffect(() => {
    desk.open(route.conversation);
    showPanel(false);
    // A dialog about a session is closed when another conversation is opened, for example by the browser's back button.
    showDialog((shown) => (shown === "presence" || shown === "shortcuts" || shown === "sign_out" ? shown : null));
  }, [desk, route.conversation]);
  const attention = countAttention(state);
  useEffect(() => {
    document.title = `${attention > 0 ? `(${attention}) ` : ""}${t.title}`;
  }, [attention, t]);
  useArrivals(state, (arrived) => {
    const [first] = arrived;
    if (first === undefined) return;
    const text =
      arrived.length === 1
        ? fill(t.arrivedOne, { name: nameOf(first, t) })
        : fill(t.arrivedMany, { count: arrived.length });
    const conversation = arrived.length === 1 ? first.conversation : null;
    const run = (): void => {
      location.hash = writeRoute({ list: "mine", conversation });
    };
    notify(text, false, { label: t.open, run });
  });

  /** Runs a command, and shows a notice when it succeeded. @returns why it failed, in words; null: it succeeded */
  const run = async (
    target: Target,
    name: keyof typeof t.done,
    extra: Readonly<Record<string, unknown>> = {},
  ): Promise<string | null> => {
    try {
      const { isOverCapacity } = await desk.act(target, name, extra);
      notify(name === "take" && isOverCapacity ? t.overCapacity : t.done[name]);
      return null;
    } catch (error) {
      return describeProblem(error, t);
    }
  };
  /** Runs a command and shows its result as a notice. @returns whether it succeeded */
  const act = async (target: Target, name: "take" | "reopen" | "unpark"): Promise<boolean> => {
    const problem = await run(target, name);
    if (problem !== null) notify(problem, true);
    return problem === null;
  };
  const take = async (taken: ShownDeskRow): Promise<void> => {
    if (await act(targetOf(taken), "take")) go({ list: "mine", conversation: taken.conversation });
    focusOn("composer");
  };
  const actFromDialog = async (
    name: "transfer" | "park" | "close",
    extra: Readonly<Record<string, unknown>>,
  ): Promise<string | null> => {
    const problem = row === null ? t.problem.session_over : await run(targetOf(row), name, extra);
    if (problem !== null) return problem;
    showDialog(null);
    go({ conversation: null });
    focusOn("list");
    return null;
  };
  const reopen = (): void => {
    const last = open === null ? null : lastSession(open.rows);
    if (open === null || open.log === null || last === null || last.session === null) return;
    const target = { conversation: open.conversation, log: open.log, session: last.session, version: last.version };
    void act(target, "reopen").then((isDone) => isDone && go({ list: "mine" }));
  };
  const choosePresence = (presence: PresenceInput): void => {
    showDialog(null);
    desk.choosePresence(presence).catch((error: unknown) => notify(describeProblem(error, t), true));
  };

  const signOut = (): void => {
    const { unsent, drafts } = desk.countTexts();
    if (countServed(state) + unsent + drafts > 0) showDialog("sign_out");
    else props.onSignOut().catch((error: unknown) => notify(describeProblem(error, t), true));
  };

  const order = route.list === "closed" ? [] : listRows(state.rows, route.list, "waiting", "");
  const openAt = (index: number): void => {
    const shown = [...document.querySelectorAll<HTMLElement>(".rows [data-conversation]")];
    const conversation = shown[index]?.dataset["conversation"] ?? order[index]?.conversation;
    if (conversation !== undefined) go({ conversation });
  };
  const ask = (name: "transfer" | "park" | "finish", isAllowed: boolean): void => {
    if (isAllowed && link.name === "live") showDialog(name);
  };
  const rights = row === null || you === null ? null : rightsOf(you, row);
  const waiting = listRows(state.rows, "queue", "waiting", "").find(
    (candidate) => you !== null && rightsOf(you, candidate).take,
  );
  useKeys({
    next(step) {
      const shown = [...document.querySelectorAll<HTMLElement>(".rows [data-conversation]")];
      const at = shown.findIndex(({ dataset }) => dataset["conversation"] === route.conversation);
      openAt(at === -1 ? 0 : Math.max(0, Math.min(shown.length - 1, at + step)));
    },
    nth: openAt,
    list: (list) => go({ list }),
    take() {
      const taken = rights?.take === true && row !== null ? row : row === null ? waiting : undefined;
      if (taken !== undefined && link.name === "live") void take(taken);
    },
    compose(mode) {
      document.querySelector<HTMLElement>(`.composer [data-mode=${mode}]`)?.click();
      focusOn("composer");
    },
    transfer: () => ask("transfer", rights?.transfer === true),
    park: () => ask("park", rights?.park === true && row?.session.parkedUntil === null),
    finish: () => ask("finish", rights?.close === true),
    undo() {
      const last = desk.outbox.store.get().findLast(({ phase }) => phase.name === "undo");
      if (last === undefined || desk.outbox.takeBack(last.id) === null) return false;
      putBack(desk.drafts, last);
      return true;
    },
    search: () => focusOn("search"),
    presence: () => showDialog("presence"),
    back() {
      if (isPanelShown) showPanel(false);
      else if (matchMedia(ONE_PANE).matches) go({ conversation: null });
      else focusOn("row");
    },
    sheet: () => showDialog("shortcuts"),
  });

  if (you === null) {
    return (
      <main>
        <ConnectionBanner link={link} onReconnect={desk.poke} />
        <p class="hint loading">{t.connectingHint}</p>
      </main>
    );
  }
  const dialogProps = { state, onClose: () => showDialog(null), onAct: actFromDialog };
  return (
    <SharedContext.Provider value={shared}>
      <div class="app" data-pane={route.conversation === null ? "list" : "chat"}>
        <Rail
          you={you}
          link={link}
          attention={attention}
          onPresence={() => showDialog("presence")}
          onShortcuts={() => showDialog("shortcuts")}
          onHome={() => go({ list: "mine" })}
        />
        <main class="sheet-of-work">
          <h1 class="sr-only">{t.title}</h1>
          <ConnectionBanner link={link} onReconnect={desk.poke} />
          <PresenceBanner you={you} onOnline={() => choosePresence({ state: "online", reason: null })} />
          <div class={`desk ${open === null ? "has-no-panel" : ""}`}>
            <ListPane
              list={route.list}
              opened={route.conversation}
              onList={(list: ListName) => go({ list })}
              onOpen={(conversation) => go({ conversation })}
              onOpenClosed={(closed) => {
                contact.remember(closed);
                go({ conversation: closed.conversation });
              }}
              onTake={(taken) => void take(taken)}
              corner={<PresenceButton you={you} onPresence={() => showDialog("presence")} />}
            />
            {open === null ? (
              <NoChat onTakeFirst={waiting === undefined || link.name !== "live" ? null : () => void take(waiting)} />
            ) : (
              <>
                <ChatPane
                  state={state}
                  open={open}
                  row={row}
                  contact={contact.current}
                  onBack={() => go({ conversation: null })}
                  onTake={() => row !== null && void take(row)}
                  onReopen={reopen}
                  onUnpark={() => row !== null && void act(targetOf(row), "unpark")}
                  onDetails={() => showPanel(true)}
                />
                {isPanelShown && <div class="scrim" onClick={() => showPanel(false)} />}
                <SidePanel
                  state={state}
                  open={open}
                  row={row}
                  contact={contact.current}
                  isShown={isPanelShown}
                  onClose={() => showPanel(false)}
                />
              </>
            )}
          </div>
        </main>
        {dialog === "transfer" && row !== null && <TransferDialog {...dialogProps} row={row} />}
        {dialog === "park" && row !== null && <ParkDialog {...dialogProps} row={row} />}
        {dialog === "finish" && row !== null && <FinishDialog {...dialogProps} row={row} />}
        {dialog === "shortcuts" && <ShortcutsDialog onClose={() => showDialog(null)} />}
        {dialog === "presence" && (
          <PresenceDialog
            {...props}
            you={you}
            onChoose={choosePresence}
            onSignOut={signOut}
            onClose={() => showDialog(null)}
          />
        )}
        {dialog === "sign_out" && (
          <SignOutDialog state={state} onSignOut={props.onSignOut} onClose={() => showDialog(null)} />
        )}
        {typeof dialog === "object" && dialog !== null && open !== null && open.log !== null && (
          <UnmaskDialog
            conversation={open.conversation}
            log={open.log}
            seq={dialog.unmask}
            onClose={() => showDialog(null)}
          />
        )}
        <Toast notice={notice} />
      </div>
    </SharedContext.Provider>
  );
}

function targetOf({ conversation, log, version, session }: ShownDeskRow): Target {
  return { conversation, log, version, session: session.seq };
}

/** The widths at which the list or the conversation is shown, as in `widths.css`. */
const ONE_PANE = "(max-width: 759px)";
/** How long an element may take to appear before the focus is not moved to it, milliseconds. */
const FOCUS_MS = 2_000;

/**
 * Moves the focus to the composer, the search, the name of the list or a row of it, as soon as that exists; gives up
 * after two seconds.
 */
function focusOn(place: "composer" | "search" | "list" | "row", until = Date.now() + FOCUS_MS): void {
  requestAnimationFrame(() => {
    const name = ".list-top [aria-pressed=true]";
    const selectors = {
      composer: ["[data-focus=composer]"],
      search: ["[data-focus=search]"],
      list: [name],
      row: [".rows [tabindex='0'], .rows [aria-current=true]", name],
    }[place];
    const found = selectors.map((selector) => document.querySelector<HTMLElement>(selector));
    const target = found.find((element) => element !== null);
    if (target) target.focus();
    else if (Date.now() < until) focusOn(place, until);
  });
}

type Contact = ShownDeskRow["contact"];

/**
 * Returns the contact of the open conversation, kept when its session leaves the lists, and a function that stores a
 * contact.
 */
function useContacts(
  rows: ReadonlyMap<string, ShownDeskRow>,
  opened: string | null,
): {
  readonly current: Contact | null;
  readonly remember: (row: { readonly conversation: string; readonly contact: Contact }) => void;
} {
  const known = useRef(new Map<string, Contact>());
  const row = opened === null ? undefined : rows.get(opened);
  if (row !== undefined) known.current.set(row.conversation, row.contact);
  return {
    current: opened === null ? null : (known.current.get(opened) ?? null),
    remember: ({ conversation, contact }) => known.current.set(conversation, contact),
  };
}
