/** The phone: the mini program, the chat over it, and the developers' entry screen. */
import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Appearance } from "../miniprogram/appearance.ts";
import type { PhoneState } from "../phone-model.ts";
import type { PushContent } from "../push-model.ts";
import { Chat } from "./chat.tsx";
import type { CardOffer } from "./composer-offer.tsx";
import { Home } from "./home.tsx";
import { newOpenid } from "./people.ts";
import { ProgramFrame, type Arrival, type ServiceChatEnd } from "./program-frame.tsx";
import { hasPage, ProgramContext, useProgramInfo } from "./program-info.ts";
import { isAt, useScreen } from "./screen.ts";
import { useTexts, type Language } from "./text.ts";

interface PhoneProps {
  /** Null before the feed's first answer. */
  readonly state: PhoneState | null;
  readonly appid: string;
  readonly openid: string;
  readonly language: Language;
  readonly appearance: Appearance;
  readonly serviceChatEnd: ServiceChatEnd;
  readonly onOpenid: (openid: string) => void;
  readonly onSend: (content: PushContent) => Promise<boolean>;
  readonly onNotice: (text: string) => void;
}

/** Renders the phone. */
export function Phone(props: PhoneProps): JSX.Element {
  const { state, appid, openid, language, appearance, serviceChatEnd, onOpenid, onSend, onNotice } = props;
  const t = useTexts();
  const program = useProgramInfo();
  const [screen, goTo] = useScreen(program === null);
  const [origin, setOrigin] = useState<"program" | "home">("program");
  const [arrival, setArrival] = useState<Arrival>({ kind: "back" });
  const [offer, setOffer] = useState<CardOffer | null>(null);
  /**
   * Whether the mini program was shown before: from then on it stays loaded, as a mini program does behind the chat.
   */
  const wasOpened = useRef(false);
  wasOpened.current ||= screen === "program";
  const phone = useRef<HTMLElement>(null);
  const shown = useRef(screen);
  const pressed = useRef<EventTarget | null>(null);
  // The focused element is removed or covered: the focus moves to the current screen in the same task.
  useLayoutEffect(() => {
    if (shown.current === screen) return;
    shown.current = screen;
    phone.current?.querySelector<HTMLElement>(".screen:not(.covered) h2")?.focus({ preventScroll: true });
  }, [screen]);
  // The second press of a double click may hit an element that appeared after the first: it must not take the focus.
  const onMouseDown = (event: MouseEvent): void => {
    if (event.detail > 1 && event.target !== pressed.current) event.preventDefault();
    else pressed.current = event.target;
  };

  const enter = (from: "program" | "home", sessionFrom: string, card: CardOffer | null): void => {
    if (isAt("chat")) return; // ignored: the second click of a double click
    onOpenid(openid); // stored, so that the chat is restored after a reload
    setOrigin(from);
    setOffer(card);
    void onSend({ kind: "enter", sessionFrom });
    goTo("chat");
  };
  const open = (chosen: string): void => {
    onOpenid(chosen);
    setOrigin("home");
    setOffer(null);
    goTo("chat");
  };
  const comeBack = (next: Arrival): void => {
    setArrival(next);
    goTo("program");
  };
  /**
   * Returns to the mini program for a card or link. A card in a chat that the program's button opened is reported to
   * the page of that button; otherwise the named page is opened (WECHAT.md §9.1).
   *
   * @returns false, without any effect, when the page is of another mini program or does not exist
   */
  const openPage = (pageAppid: string, path: string, via: "card" | "link"): boolean => {
    if (pageAppid !== appid || !hasPage(program, path)) return false;
    comeBack({ kind: via === "card" && origin === "program" ? "card" : "launch", path });
    return true;
  };
  const chat = state?.chat?.openid === openid ? state.chat : null;

  return (
    <section ref={phone} class="phone" aria-label={t.phone} onMouseDown={onMouseDown}>
      {program !== undefined && program !== null && wasOpened.current && (
        <ProgramFrame
          key={`${language} ${serviceChatEnd === "missing"}`}
          name={program.title}
          isShown={screen === "program"}
          arrival={arrival}
          onArrived={() => setArrival({ kind: "back" })}
          language={language}
          appearance={appearance}
          serviceChatEnd={serviceChatEnd}
          onContact={(contact) => enter("program", contact.sessionFrom, contact.offer)}
          onToast={onNotice}
          onLeave={() => goTo("home")}
        />
      )}
      {screen === "chat" && (
        <ProgramContext.Provider value={program ?? null}>
          <Chat
            chat={chat}
            appid={appid}
            openid={openid}
            language={language}
            offer={offer}
            onOfferEnd={() => setOffer(null)}
            onBack={() => (origin === "program" ? comeBack({ kind: "back" }) : goTo("home"))}
            onSend={onSend}
            onOpenPage={openPage}
          />
        </ProgramContext.Provider>
      )}
      {screen === "home" && (
        <Home
          users={state?.users.filter((user) => user.appid === appid) ?? []}
          openid={openid}
          onContact={(sessionFrom) => enter("home", sessionFrom, null)}
          onOpen={open}
          onNewUser={() => onOpenid(newOpenid())}
          onProgram={program === null ? null : () => comeBack({ kind: "back" })}
        />
      )}
    </section>
  );
}
