/** Sessions that have ended, read page by page from the archive. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { ClosedRow } from "../../shared/api/desk/lists.ts";
import { readClosed } from "../client/api.ts";
import { useStore } from "../client/store.ts";
import { lookUp, useTexts } from "../text/texts.ts";
import { chatTime } from "../ui/clock.ts";
import { fill } from "../ui/text.ts";
import { useShared } from "./context.ts";
import { Icon } from "./icons.tsx";
import { Avatar, ContactName, Empty } from "./parts.tsx";

/** The pause after a keystroke before the archive is searched, milliseconds. */
const TYPING_MS = 300;

interface ClosedListProps {
  readonly query: string;
  readonly opened: string | null;
  readonly onOpen: (row: ClosedRow) => void;
}

type Pages = { readonly rows: readonly ClosedRow[]; readonly next: string | null } | "loading" | "failed";

/** Renders the list, newest session first. */
export function ClosedList({ query, opened, onOpen }: ClosedListProps): JSX.Element {
  const t = useTexts();
  const { desk, notify } = useShared();
  const people = useStore(desk.state, (value) => value.people);
  const [pages, setPages] = useState<Pages>("loading");
  const [tries, setTries] = useState(0);
  useEffect(() => {
    let isCurrent = true;
    const timer = setTimeout(() => {
      readClosed(query.trim(), null).then(
        (page) => isCurrent && setPages(page),
        () => isCurrent && setPages("failed"),
      );
    }, TYPING_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [query, tries]);
  if (pages === "loading") return <p class="hint loading">{t.loading}</p>;
  if (pages === "failed") {
    return (
      <Empty icon="alert" title={t.readFailed} text={t.unreachable}>
        <button class="button" type="button" onClick={() => setTries(tries + 1)}>
          {t.retry}
        </button>
      </Empty>
    );
  }
  if (pages.rows.length === 0 && pages.next === null) {
    if (query !== "") return <Empty icon="search" title={fill(t.emptySearch, { query })} text={t.emptySearchText} />;
    return <Empty icon="tray" title={t.emptyClosed} text={t.emptyClosedText} />;
  }
  const { rows, next } = pages;
  const more = (): void => {
    readClosed(query.trim(), next).then(
      // Only after the page that it follows: the search may have changed, or the button may have been pressed twice.
      (page) => setPages((now) => (now === pages ? { rows: [...rows, ...page.rows], next: page.next } : now)),
      () => notify(t.readFailed, true),
    );
  };
  return (
    <>
      <ol class="rows" aria-label={t.closed}>
        {rows.map((row) => (
          <li
            key={`${row.conversation}-${row.session}`}
            class={`row queue ${row.conversation === opened ? "is-open" : ""}`}
          >
            <Avatar name={row.contact.name} tail={row.contact.tail} />
            <div class="row-name">
              <button
                class="row-link clip"
                type="button"
                aria-current={row.conversation === opened}
                onClick={() => onOpen(row)}
              >
                <ContactName contact={row.contact} />
              </button>
            </div>
            <span class="clock plain row-side">{chatTime(Date.parse(row.closedAt), Date.now(), t)}</span>
            <p class="row-line">
              <span class="clip">
                {lookUp(t.closedBy, row.reason) ?? row.reason}
                {row.assignee !== null && ` · ${people.find(({ id }) => id === row.assignee)?.name ?? t.somebody}`}
              </span>
            </p>
            <div class="row-meta">
              {row.team !== null && <span class="label clip">{row.team}</span>}
              {row.score !== null && (
                <span class="label">
                  <Icon name="star" />
                  {row.score}
                </span>
              )}
            </div>
          </li>
        ))}
      </ol>
      {next !== null && (
        <button class="button quiet wide" type="button" onClick={more}>
          {t.showMore}
        </button>
      )}
    </>
  );
}
