/** The developers' entry screen: a contact button with a session-from typed by hand, and the list of chats. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { chatTime } from "../../console/ui/clock.ts";
import { withEmoji } from "../../console/ui/emoji.ts";
import { parseText } from "../../console/ui/links.ts";
import type { PhoneLine, PhoneUser } from "../phone-model.ts";
import { Cushion } from "./bubble.tsx";
import { Icon } from "./icons.tsx";
import { shortName } from "./people.ts";
import { fill, useTexts, type Texts } from "./text.ts";
import { useToday } from "./use-today.ts";

interface HomeProps {
  readonly users: readonly PhoneUser[];
  readonly openid: string;
  /** Called when the contact button is tapped. */
  readonly onContact: (sessionFrom: string) => void;
  readonly onOpen: (openid: string) => void;
  readonly onNewUser: () => void;
  /** Opens the mini program; null when there is none. */
  readonly onProgram: (() => void) | null;
}

/** Renders the entry screen. */
export function Home({ users, openid, onContact, onOpen, onNewUser, onProgram }: HomeProps): JSX.Element {
  const t = useTexts();
  const today = useToday();
  const [sessionFrom, setSessionFrom] = useState("page=goods&id=1001");
  const newestFirst = users.toSorted((a, b) => (b.last?.at ?? 0) - (a.last?.at ?? 0));
  return (
    <div class="screen">
      <header class="phone-bar">
        {onProgram !== null && (
          <button type="button" class="icon-button" aria-label={t.openProgram} onClick={onProgram}>
            <Icon name="back" />
          </button>
        )}
        <h2 tabIndex={-1}>{t.entries}</h2>
      </header>
      <div class="home">
        <div class="goods">
          <Cushion />
          <div class="goods-text">
            <strong>{t.goods}</strong>
            <span class="price">¥ 89.00</span>
            <span class="muted">{t.goodsNote}</span>
          </div>
          <label class="field">
            <span>{t.sessionFrom}</span>
            <input value={sessionFrom} onInput={(event) => setSessionFrom(event.currentTarget.value)} />
          </label>
          <button type="button" class="button primary wide" onClick={() => onContact(sessionFrom)}>
            <Icon name="service" />
            {t.contact}
          </button>
          <span class="muted center">{fill(t.contactAs, { user: `${t.user} ${shortName(openid)}` })}</span>
        </div>
        <div class="sessions-head">
          <h3>{t.sessions}</h3>
          <button type="button" class="button small" onClick={onNewUser}>
            <Icon name="plus" />
            {t.newUser}
          </button>
        </div>
        {newestFirst.length === 0 && <p class="muted empty">{t.noSessions}</p>}
        <ul class="sessions">
          {newestFirst.map((user) => (
            <li key={user.openid}>
              <button type="button" class="session" onClick={() => onOpen(user.openid)}>
                <span class="avatar mine">
                  <Icon name="user" />
                </span>
                <span class="session-text">
                  <strong>
                    {t.user} {shortName(user.openid)}
                  </strong>
                  <span class="muted">{user.last === null ? "" : preview(user.last, t)}</span>
                </span>
                <span class="muted">{user.last === null ? "" : chatTime(user.last.at, today, t)}</span>
              </button>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

/** Returns a short preview of a line. */
function preview(line: PhoneLine, t: Texts): string {
  if (line.from === "service" && line.msgtype !== "text") return `[${nameOf(line.msgtype, t)}]`;
  if (line.from !== "user") {
    return withEmoji(
      parseText(line.text)
        .map((part) => part.text)
        .join(""),
    );
  }
  if (line.content.kind === "text") return withEmoji(line.content.content);
  return line.content.kind === "enter" ? t.entered : `[${nameOf(line.content.kind, t)}]`;
}

function nameOf(kind: string, t: Texts): string {
  if (kind === "image") return t.picture;
  return kind === "miniprogrampage" ? t.card : kind;
}
