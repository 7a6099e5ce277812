/** One user's chat on the phone. */
import { type JSX, Fragment } from "preact";
import { useState } from "preact/hooks";
import { chatTime } from "../../console/ui/clock.ts";
import { useEndInSight } from "../../console/ui/end-in-sight.ts";
import { Sheet } from "../../console/ui/sheet.tsx";
import type { PhoneChat, PhoneLine } from "../phone-model.ts";
import type { PushContent } from "../push-model.ts";
import { Line, type Opener } from "./bubble.tsx";
import { Offer, type CardOffer } from "./composer-offer.tsx";
import { Composer } from "./composer.tsx";
import { Icon } from "./icons.tsx";
import { shortName } from "./people.ts";
import { useTexts, type Language } from "./text.ts";
import { useToday } from "./use-today.ts";

/** The time is shown above the first line, and above a line that came this many milliseconds after the previous one. */
const TIME_GAP_MS = 5 * 60_000;

interface ChatProps {
  /** Null until the user's first action. */
  readonly chat: PhoneChat | null;
  readonly appid: string;
  readonly openid: string;
  readonly language: Language;
  /** The card that the page of the mini program suggests sending. */
  readonly offer: CardOffer | null;
  /** Called when the card is sent or closed, and when the user sends anything else. */
  readonly onOfferEnd: () => void;
  readonly onBack: () => void;
  readonly onSend: (content: PushContent) => Promise<boolean>;
  /**
   * Opens a page of the mini program; returns false when the page does not belong to the mini program on this phone.
   */
  readonly onOpenPage: (appid: string, path: string, via: "card" | "link") => boolean;
}

type Opened =
  | { readonly kind: "page"; readonly appid: string; readonly path: string }
  | { readonly kind: "picture"; readonly url: string; readonly name: string };

/** Renders the chat. */
export function Chat(props: ChatProps): JSX.Element {
  const { chat, appid, openid, language, offer, onOfferEnd, onBack, onSend, onOpenPage } = props;
  const t = useTexts();
  const [opened, setOpened] = useState<Opened | null>(null);
  const open: Opener = {
    page: (pageAppid, path, via) => {
      if (!onOpenPage(pageAppid, path, via)) setOpened({ kind: "page", appid: pageAppid, path });
    },
    picture: (url, name) => setOpened({ kind: "picture", url, name }),
  };
  const send = (content: PushContent): Promise<boolean> => {
    onOfferEnd();
    return onSend(content);
  };
  const isTyping = chat?.typing ?? false;
  return (
    <div class="screen">
      <header class="phone-bar">
        <button type="button" class="icon-button" aria-label={t.back} onClick={onBack}>
          <Icon name="back" />
        </button>
        <h2 tabIndex={-1}>{isTyping ? t.typing : t.service}</h2>
        <span class="bar-user">
          {t.user} {shortName(openid)}
        </span>
      </header>
      {chat?.session === "waiting" && <p class="session-state">{t.waiting}</p>}
      {chat?.session === "agent" && <p class="session-state">{t.held}</p>}
      <Lines lines={chat?.lines ?? []} appid={appid} isTyping={isTyping} open={open} />
      {offer !== null && (
        <Offer
          offer={offer}
          onClose={onOfferEnd}
          onSend={() => void send({ kind: "miniprogrampage", title: offer.title, pagePath: offer.path })}
        />
      )}
      <Composer language={language} onSend={send} />
      {opened !== null && <OpenedSheet opened={opened} onClose={() => setOpened(null)} />}
    </div>
  );
}

interface LinesProps {
  readonly lines: readonly PhoneLine[];
  readonly appid: string;
  readonly isTyping: boolean;
  readonly open: Opener;
}

function Lines({ lines, appid, isTyping, open }: LinesProps): JSX.Element {
  const t = useTexts();
  const today = useToday();
  const [log, onScroll] = useEndInSight(lines, isUsers, isTyping);
  return (
    <div class="log" ref={log} role="log" aria-live="polite" aria-label={t.chatLog} tabIndex={0} onScroll={onScroll}>
      <ul>
        {lines.map((line, index) => (
          <Fragment key={index}>
            {line.at - (lines[index - 1]?.at ?? 0) > TIME_GAP_MS && (
              <li class="note time">
                <time>{chatTime(line.at, today, t)}</time>
              </li>
            )}
            <Line line={line} appid={appid} open={open} />
          </Fragment>
        ))}
        {isTyping && (
          <li class="line theirs">
            <span class="avatar theirs">
              <Icon name="service" />
            </span>
            <span class="bubble dots" role="img" aria-label={t.typing}>
              <i />
              <i />
              <i />
            </span>
          </li>
        )}
      </ul>
    </div>
  );
}

function isUsers({ from }: PhoneLine): boolean {
  return from === "user";
}

function OpenedSheet({ opened, onClose }: { readonly opened: Opened; readonly onClose: () => void }): JSX.Element {
  const t = useTexts();
  if (opened.kind === "picture") {
    return (
      <Sheet name={opened.name} closeLabel={t.close} onClose={onClose}>
        <img class="full-picture" src={opened.url} alt={opened.name} />
      </Sheet>
    );
  }
  return (
    <Sheet name={t.miniProgram} closeLabel={t.close} onClose={onClose}>
      <p>{t.wouldOpen}</p>
      <code class="page-path">{opened.path}</code>
      <code class="page-path muted">{opened.appid}</code>
    </Sheet>
  );
}
