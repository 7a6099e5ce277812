/**
 * The history of the open conversation: opens at the first unread message or at the end, and keeps the position when
 * the agent returns to it.
 */
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { AgentJson } from "../../shared/api/desk/agent.ts";
import { useStore } from "../client/store.ts";
import type { OpenLog } from "../model/state.ts";
import { toLines } from "../model/timeline.ts";
import { listShown, type Unsent } from "../model/unsent.ts";
import { useTexts } from "../text/texts.ts";
import { fill } from "../ui/text.ts";
import { useShared } from "./context.ts";
import { Icon } from "./icons.tsx";
import { LineView } from "./line.tsx";
import type { LineActions } from "./outcome.tsx";
import { Empty } from "./parts.tsx";
import { UnsentLine } from "./unsent-line.tsx";

/** A scroll position at most this far from the end counts as the end, pixels. */
const NEAR_PX = 48;

interface LogProps {
  readonly open: OpenLog;
  readonly you: AgentJson;
  readonly people: readonly AgentJson[];
  readonly name: string | null;
  readonly tail: string;
  readonly unsent: readonly Unsent[];
  readonly actions: LineActions | null;
}

/** The scroll position of each conversation, restored when it is opened again. */
const positions = new Map<string, number>();

/** Renders the history. */
export function Log({ open, you, people, name, tail, unsent, actions }: LogProps): JSX.Element {
  const t = useTexts();
  const { desk } = useShared();
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const isLive = useStore(desk.link, ({ name }) => name === "live");
  const [missed, setMissed] = useState(0);
  const lines = useMemo(() => toLines(open.rows, open.newFrom ?? null), [open.rows, open.newFrom]);
  const shown = useMemo(() => listShown(unsent, open.conversation, open.rows, you.id), [unsent, open, you.id]);
  const newestSeq = open.rows.at(-1)?.seq ?? 0;
  const firstSeq = open.rows[0]?.seq ?? 0;
  const isReady = open.log !== null;
  const height = useRef(0);

  const see = (): void => {
    if (isAtEnd.current && document.visibilityState === "visible" && document.hasFocus()) desk.see();
  };
  const toEnd = (): void => {
    const element = box.current;
    if (element === null) return;
    element.scrollTo({ top: element.scrollHeight });
    isAtEnd.current = true;
    setMissed(0);
    see();
  };

  // The first scroll position: the first unread message, else the stored position, else the end.
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null || !isReady) return;
    const left = positions.get(open.conversation);
    const mark = element.querySelector<HTMLElement>(".divider.new");
    // scrollIntoView is not used, because it also scrolls the elements around the history.
    const markTop = mark === null ? null : mark.getBoundingClientRect().top - element.getBoundingClientRect().top;
    element.scrollTo({ top: markTop === null ? (left ?? element.scrollHeight) : element.scrollTop + markTop });
    onScroll();
    height.current = element.scrollHeight;
  }, [isReady, open.newFrom, open.conversation]);

  // New rows: the end stays in view, or the number of new rows is shown. Older rows: the visible rows keep their
  // position.
  const counted = useRef({ newestSeq, firstSeq });
  useLayoutEffect(() => {
    const element = box.current;
    const before = counted.current;
    counted.current = { newestSeq, firstSeq };
    if (element === null) return;
    if (firstSeq < before.firstSeq && before.firstSeq !== 0) element.scrollTop += element.scrollHeight - height.current;
    else if (isAtEnd.current) toEnd();
    else if (newestSeq > before.newestSeq) {
      const added = open.rows.filter(
        ({ kind, seq }) => seq > before.newestSeq && (kind === "in" || kind === "out"),
      ).length;
      setMissed((count) => count + added);
    }
    height.current = element.scrollHeight;
  }, [newestSeq, firstSeq, shown.length, open.typing.length]);

  useEffect(() => {
    if (isLive) see();
  }, [isLive]);

  // Loading pictures and a growing composer change the available space; the end is then scrolled into view again.
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => {
      if (isAtEnd.current) element.scrollTo({ top: element.scrollHeight });
    });
    observer.observe(element);
    if (element.firstElementChild !== null) observer.observe(element.firstElementChild);
    addEventListener("focus", see);
    document.addEventListener("visibilitychange", see);
    return () => {
      observer.disconnect();
      removeEventListener("focus", see);
      document.removeEventListener("visibilitychange", see);
    };
  }, [open.conversation]);

  function onScroll(): void {
    const element = box.current;
    if (element === null) return;
    isAtEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight <= NEAR_PX;
    if (isAtEnd.current) {
      positions.delete(open.conversation);
      setMissed(0);
      see();
    } else positions.set(open.conversation, element.scrollTop);
  }

  if (open.status === "erased" || (open.status === "failed" && open.log === null)) {
    const isErased = open.status === "erased";
    return (
      <div class="log">
        <Empty icon="alert" title={isErased ? t.problem.gone : t.readFailed} text={isErased ? "" : t.unreachable}>
          <button class="button" type="button" onClick={desk.readAgain}>
            {t.retry}
          </button>
        </Empty>
      </div>
    );
  }
  return (
    <div class="log-frame">
      <div class="log" ref={box} role="log" aria-live="polite" aria-label={t.history} tabIndex={0} onScroll={onScroll}>
        <div class="lines">
          {!isReady && <p class="hint loading">{t.loading}</p>}
          {open.hasOlder && (
            <button class="button quiet wide" type="button" onClick={() => void desk.readOlder()}>
              {t.older}
            </button>
          )}
          {lines.map((line) => (
            <LineView
              key={line.key}
              line={line}
              conversation={open.conversation}
              name={name}
              tail={tail}
              people={people}
              actions={actions}
            />
          ))}
          {shown.map((message) => (
            <UnsentLine key={message.id} unsent={message} you={you.name} />
          ))}
          {open.status === "failed" && (
            <p class="outcome bad">
              <span>{t.readFailed}</span>
              <button type="button" onClick={desk.readAgain}>
                {t.retry}
              </button>
            </p>
          )}
        </div>
      </div>
      {missed > 0 && (
        <button class="newest" type="button" onClick={toEnd}>
          <Icon name="down" />
          {fill(t.newestCount, { count: missed })}
        </button>
      )}
    </div>
  );
}
