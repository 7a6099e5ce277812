/** The lists of sessions: tabs with counts, search, order, offers, rows. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { ClosedRow } from "../../shared/api/desk/lists.ts";
import type { ShownDeskRow } from "../../shared/api/socket.ts";
import { useStore } from "../client/store.ts";
import { countAttention } from "../model/arrivals.ts";
import { keepOrder, listRows, type ListName, type Order } from "../model/lists.ts";
import { rightsOf } from "../model/rights.ts";
import type { DeskState } from "../model/state.ts";
import { listFailed } from "../model/unsent.ts";
import { useTexts, type Texts } from "../text/texts.ts";
import { isOfInputMethod } from "../ui/input-method.ts";
import { useStored } from "../ui/stored.ts";
import { fill } from "../ui/text.ts";
import { ClosedList } from "./closed-list.tsx";
import { useShared } from "./context.ts";
import { Icon } from "./icons.tsx";
import { ListRow, QueueRow } from "./list-row.tsx";
import { useStable } from "./memo.ts";
import { Offers } from "./offers.tsx";
import { Empty } from "./parts.tsx";

/** The number of rows rendered at first, and the number added each time. */
const SHOWN_ROWS = 100;
/** How long the order of a list is kept while the pointer does not move, milliseconds. */
const KEEP_ORDER_MS = 2_000;

interface ListPaneProps {
  readonly list: ListName;
  readonly opened: string | null;
  readonly onList: (list: ListName) => void;
  readonly onOpen: (conversation: string) => void;
  readonly onOpenClosed: (row: ClosedRow) => void;
  readonly onTake: (row: ShownDeskRow) => void;
  /** The content at the end of the first line on a phone. */
  readonly corner: JSX.Element;
}

/** Renders the pane of the lists. */
export function ListPane(props: ListPaneProps): JSX.Element {
  const { list, opened, onList, onOpen, onOpenClosed, onTake, corner } = props;
  const t = useTexts();
  const { desk } = useShared();
  const state = useStore(desk.state, (value) => value);
  const [order, setOrder] = useStored<Order>("desk.order", "waiting", isOrder);
  const [query, setQuery] = useState("");
  const orders = { waiting: t.sortWaiting, newest: t.sortNewest, window: t.sortWindow };
  const extra = (["parked", "closing"] as const).filter(
    (name) => (state.counts[name]?.total ?? 0) > 0 || name === list,
  );
  return (
    <section class="list" aria-label={t.lists}>
      <header class="list-top">
        <div class="segments" role="group" aria-label={t.lists}>
          {(["mine", "queue", "all", "closed"] as const).map((name) => (
            <Tab key={name} name={name} state={state} isChosen={name === list} onChoose={onList} />
          ))}
        </div>
        <span class="push" />
        {corner}
      </header>
      <div class="list-search">
        <Icon name="search" />
        <input
          type="search"
          value={query}
          aria-label={t.search}
          placeholder={t.search}
          data-focus="search"
          onInput={(event) => setQuery(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Escape" || isOfInputMethod(event)) return;
            event.preventDefault();
            setQuery("");
            event.currentTarget.blur();
          }}
        />
      </div>
      <div class="list-filters">
        {extra.map((name) => (
          <button
            key={name}
            class={`chip ${name === "closing" ? "warn" : ""}`}
            type="button"
            aria-pressed={name === list}
            onClick={() => onList(name === list ? "mine" : name)}
          >
            <Icon name={name === "closing" ? "hour" : "pause"} />
            {t[name]} {state.counts[name]?.total ?? 0}
          </button>
        ))}
        {list !== "queue" && list !== "closed" && (
          <label class="sort push">
            <Icon name="sort" />
            <span class="sr-only">{t.sort}</span>
            <select
              value={order}
              onChange={(event) => setOrder(isOrder(event.currentTarget.value) ? event.currentTarget.value : "waiting")}
            >
              {(["waiting", "newest", "window"] as const).map((name) => (
                <option key={name} value={name}>
                  {orders[name]}
                </option>
              ))}
            </select>
          </label>
        )}
      </div>
      <div class="list-body">
        <Offers onOpen={onOpen} />
        {list === "closed" ? (
          <ClosedList query={query} opened={opened} onOpen={onOpenClosed} />
        ) : (
          <OpenList
            key={list}
            {...{ list, opened, onOpen, onTake, query, order, state }}
            onQueue={() => onList("queue")}
          />
        )}
      </div>
    </section>
  );
}

function Tab(props: {
  readonly name: "mine" | "queue" | "all" | "closed";
  readonly state: DeskState;
  readonly isChosen: boolean;
  readonly onChoose: (name: ListName) => void;
}): JSX.Element {
  const { name, state, isChosen, onChoose } = props;
  const t = useTexts();
  const count = name === "closed" ? undefined : state.counts[name];
  const attention = countAttention(state);
  return (
    <button type="button" aria-pressed={isChosen} onClick={() => onChoose(name)}>
      {t[name]}
      {count !== undefined && <b>{count.total}</b>}
      {name === "mine" && attention > 0 && (
        <>
          <i class="dot" aria-hidden="true" />
          <span class="sr-only">
            {attention} {t.needAttention}
          </span>
        </>
      )}
    </button>
  );
}

interface OpenListProps extends Pick<ListPaneProps, "opened" | "onOpen" | "onTake"> {
  readonly list: Exclude<ListName, "closed">;
  readonly query: string;
  readonly order: Order;
  readonly state: DeskState;
  readonly onQueue: () => void;
}

function OpenList({ list, opened, query, order, state, onQueue, ...props }: OpenListProps): JSX.Element {
  const t = useTexts();
  const { desk } = useShared();
  // The rows are rendered again only when a property has changed.
  const onOpen = useStable(props.onOpen);
  const onTake = useStable(props.onTake);
  useStore(desk.drafts.store, (value) => value);
  const failed = listFailed(useStore(desk.outbox.store, (value) => value));
  const isLive = useStore(desk.link, ({ name }) => name === "live");
  const [shown, setShown] = useState(SHOWN_ROWS);
  const { you, people, offsetMs } = state;
  const sorted = listRows(state.rows, list, order, query);
  const [rows, hover] = useCalmOrder(sorted);
  const part = rows.slice(0, shown);
  const label = fill(t.listOf, { list: t[list], count: rows.length });
  if (you === null) return <p class="hint loading">{t.loading}</p>;
  if (rows.length === 0) return <EmptyList list={list} query={query} state={state} onQueue={onQueue} t={t} />;
  const reached = part.some(({ conversation }) => conversation === opened) ? opened : part[0]?.conversation;
  const shared = { you: you.id, people, offsetMs, onOpen };
  return (
    <>
      {list === "queue" ? (
        <ol class="rows" aria-label={label} {...hover}>
          {part.map((row) => (
            <QueueRow
              key={row.conversation}
              {...shared}
              row={row}
              isOpen={row.conversation === opened}
              canTake={isLive && rightsOf(you, row).take}
              onTake={onTake}
            />
          ))}
        </ol>
      ) : (
        <ul class="rows" role="listbox" aria-label={label} onKeyDown={(event) => moveFocus(event, onOpen)} {...hover}>
          {part.map((row) => (
            <ListRow
              key={row.conversation}
              {...shared}
              row={row}
              isOpen={row.conversation === opened}
              isReached={row.conversation === reached}
              hasArrived={state.arrived.has(row.conversation)}
              hasFailed={failed.has(row.conversation)}
              hasDraft={hasText(desk.drafts.read(row.conversation, row.log))}
            />
          ))}
        </ul>
      )}
      {rows.length > part.length && (
        <button class="button quiet wide" type="button" onClick={() => setShown(shown + SHOWN_ROWS)}>
          {t.showMore}
        </button>
      )}
    </>
  );
}

function EmptyList(props: {
  readonly list: Exclude<ListName, "closed">;
  readonly query: string;
  readonly state: DeskState;
  readonly onQueue: () => void;
  readonly t: Texts;
}): JSX.Element {
  const { list, query, state, onQueue, t } = props;
  if (query !== "") return <Empty icon="search" title={fill(t.emptySearch, { query })} text={t.emptySearchText} />;
  const words = {
    mine: [t.emptyMine, t.emptyMineText],
    queue: [t.emptyQueue, t.emptyQueueText],
    all: [t.emptyAll, t.emptyAllText],
    parked: [t.emptyParked, t.emptyParkedText],
    closing: [t.emptyClosing, t.emptyClosingText],
  } as const;
  const [title, text] = words[list];
  const waiting = state.counts.queue?.total ?? 0;
  return (
    <Empty icon="tray" title={title} text={text}>
      {list === "mine" && waiting > 0 && (
        <button class="button" type="button" onClick={onQueue}>
          {t.queue} {waiting}
        </button>
      )}
    </Empty>
  );
}

/**
 * Handles a key in the list: arrow keys, Home and End move the focus between the options; Enter and Space open the
 * focused one.
 */
function moveFocus(
  event: KeyboardEvent & { readonly currentTarget: HTMLElement },
  onOpen: (conversation: string) => void,
): void {
  const options = [...event.currentTarget.querySelectorAll<HTMLElement>("[role=option]")];
  const at = options.findIndex((option) => option === document.activeElement);
  const targets: Readonly<Record<string, number>> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    Home: 0,
    End: options.length - 1,
  };
  const target = targets[event.key];
  const conversation = options[at]?.dataset["conversation"];
  if (target !== undefined) options[Math.max(0, Math.min(options.length - 1, target))]?.focus();
  else if ((event.key === "Enter" || event.key === " ") && conversation !== undefined) onOpen(conversation);
  else return;
  event.preventDefault();
}

/** Keeps the order of the rows under the pointer, for a limited time or until the pointer leaves. */
function useCalmOrder(
  rows: readonly ShownDeskRow[],
): readonly [readonly ShownDeskRow[], { readonly onPointerEnter: () => void; readonly onPointerLeave: () => void }] {
  const [isOver, setOver] = useState(false);
  const [, settle] = useState(0);
  const kept = useRef<readonly string[]>([]);
  const since = useRef(0);
  const order = rows.map(({ conversation }) => conversation);
  const isSame = order.length === kept.current.length && order.every((id, index) => id === kept.current[index]);
  useEffect(() => {
    if (!isOver || isSame) return undefined;
    const timer = setTimeout(() => settle((count) => count + 1), KEEP_ORDER_MS);
    return () => clearTimeout(timer);
  }, [isOver, isSame]);
  if (isSame) since.current = Date.now();
  const isKept = isOver && !isSame && Date.now() - since.current < KEEP_ORDER_MS;
  if (!isKept) {
    kept.current = order;
    since.current = Date.now();
  }
  const hover = { onPointerEnter: () => setOver(true), onPointerLeave: () => setOver(false) };
  return [isKept ? keepOrder(rows, kept.current) : rows, hover];
}

function hasText({ reply, note }: { readonly reply: string; readonly note: string }): boolean {
  return reply.trim() !== "" || note.trim() !== "";
}

function isOrder(value: string): value is Order {
  return value === "waiting" || value === "newest" || value === "window";
}
