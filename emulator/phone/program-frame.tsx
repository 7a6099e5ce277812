/**
 * The mini program that the user has open: its page in a frame of the same origin, surrounded by the parts that
 * WeChat's client draws, the navigation bar and the tab bar. The messages between the two are defined in
 * `../miniprogram/messages.ts`.
 */
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Sheet } from "../../console/ui/sheet.tsx";
import type { Appearance } from "../miniprogram/appearance.ts";
import {
  readToPhone,
  type Bars,
  type Contact,
  type Modal,
  type ServiceChat,
  type ServiceChatOutcome,
  type ToProgram,
} from "../miniprogram/messages.ts";
import { Icon } from "./icons.tsx";
import { useTexts, type Language } from "./text.ts";

/** The outcome of `wx.openCustomerServiceChat`; `missing`: an old client without the function. */
export type ServiceChatEnd = ServiceChatOutcome | "missing";

/** All outcomes that the developer panel offers. */
export const SERVICE_CHAT_ENDS: readonly ServiceChatEnd[] = ["opened", "notBound", "cancelled", "missing"];

/**
 * How the user reaches the program: by returning from the chat, possibly through a card, or by opening one of its
 * pages.
 */
export type Arrival =
  | { readonly kind: "back" }
  | { readonly kind: "card"; readonly path: string }
  | { readonly kind: "launch"; readonly path: string };

interface ProgramProps {
  readonly name: string;
  /** False while another screen covers it: the program keeps running, as in WeChat. */
  readonly isShown: boolean;
  readonly arrival: Arrival;
  /** Called when the program was notified, so that a later return by the browser's back button reports no card. */
  readonly onArrived: () => void;
  readonly language: Language;
  readonly appearance: Appearance;
  readonly serviceChatEnd: ServiceChatEnd;
  readonly onContact: (contact: Contact) => void;
  readonly onToast: (text: string) => void;
  readonly onLeave: () => void;
}

/** Renders the mini program with its bars. */
export function ProgramFrame(props: ProgramProps): JSX.Element {
  const { name, isShown, arrival, appearance, serviceChatEnd, onLeave } = props;
  const t = useTexts();
  const frame = useRef<HTMLIFrameElement>(null);
  const wasHidden = useRef(false);
  const [address] = useState(() => addressOf(props));
  const [isReady, setReady] = useState(false);
  const [bars, setBars] = useState<Bars | null>(null);
  const [serviceChat, setServiceChat] = useState<ServiceChat | null>(null);
  const [modal, setModal] = useState<Modal | null>(null);
  const tell = (message: ToProgram): void => frame.current?.contentWindow?.postMessage(message, location.origin);

  // Runs before the first paint: the program in the frame may be ready by then.
  useLayoutEffect(() => {
    const onMessage = (event: MessageEvent<unknown>): void => {
      if (event.origin !== location.origin || event.source !== frame.current?.contentWindow) return;
      const message = readToPhone(event.data);
      if (message === null) return;
      if (message.kind === "ready") setReady(true);
      else if (message.kind === "bars") setBars(message);
      else if (message.kind === "modal") setModal(message);
      else if (message.kind === "toast") props.onToast(message.text);
      else if (message.kind === "contact") props.onContact(message);
      else {
        const outcome = serviceChatEnd === "missing" ? "cancelled" : serviceChatEnd;
        if (outcome === "opened") setServiceChat(message);
        tell({ kind: "serviceChatEnd", call: message.call, outcome });
      }
    };
    addEventListener("message", onMessage);
    return () => removeEventListener("message", onMessage);
  });
  useEffect(() => {
    if (!isReady) return;
    if (!isShown) {
      wasHidden.current = true;
      tell({ kind: "hidden" });
      return;
    }
    const isBack = wasHidden.current;
    wasHidden.current = false;
    if (isBack) tell({ kind: "shown", card: arrival.kind === "card" ? arrival.path : null });
    // A program that was just started has no button to report a card to.
    if (arrival.kind === "launch" || (arrival.kind === "card" && !isBack)) tell({ kind: "launch", path: arrival.path });
    props.onArrived();
  }, [isReady, isShown]);

  useEffect(() => {
    if (isReady) tell({ kind: "appearance", appearance });
  }, [isReady, appearance]);
  return (
    <div class={`screen program ${isShown ? "" : "covered"}`}>
      <NavigationBar bars={bars} onBack={() => tell({ kind: "back" })} onLeave={onLeave} />
      <iframe ref={frame} title={name} src={address} aria-busy={!isReady} />
      {bars !== null && <TabBar bars={bars} onTab={(index) => tell({ kind: "tab", index })} />}
      {modal !== null && (
        <ModalSheet
          modal={modal}
          onEnd={(confirm) => {
            setModal(null);
            tell({ kind: "modalEnd", call: modal.call, confirm });
          }}
        />
      )}
      {serviceChat !== null && (
        <Sheet name={t.serviceChat} closeLabel={t.close} onClose={() => setServiceChat(null)}>
          <p>{t.serviceChatNote}</p>
          <code class="page-path">{serviceChat.url}</code>
          <code class="page-path muted">{serviceChat.corpId}</code>
        </Sheet>
      )}
    </div>
  );
}

/**
 * Returns the URL of the frame, which contains the language, the appearance and the client to simulate. It is read
 * once: a new appearance is sent as a message, for any other change `Phone` creates a new frame.
 */
function addressOf({ language, appearance, serviceChatEnd }: ProgramProps): string {
  const client = serviceChatEnd === "missing" ? "old" : "new";
  const query = new URLSearchParams({ language: language === "en" ? "en" : "zh_CN", appearance, client });
  return `/miniprogram/?${query.toString()}`;
}

interface NavigationProps {
  readonly bars: Bars | null;
  readonly onBack: () => void;
  readonly onLeave: () => void;
}

function NavigationBar({ bars, onBack, onLeave }: NavigationProps): JSX.Element {
  const t = useTexts();
  const style = { backgroundColor: bars?.colors["barBackground"] ?? "", color: bars?.colors["barText"] ?? "" };
  return (
    <header class="phone-bar program-bar" style={style}>
      {bars?.canGoBack === true && (
        <button type="button" class="icon-button" aria-label={t.back} onClick={onBack}>
          <Icon name="back" />
        </button>
      )}
      <h2 tabIndex={-1}>{bars?.title ?? t.loading}</h2>
      <button type="button" class="icon-button leave" aria-label={t.leaveProgram} onClick={onLeave}>
        <Icon name="chats" />
      </button>
    </header>
  );
}

function TabBar({ bars, onTab }: { readonly bars: Bars; readonly onTab: (index: number) => void }): JSX.Element | null {
  const t = useTexts();
  const { tabs, colors } = bars;
  if (tabs === null) return null;
  return (
    <nav class="program-tabs" aria-label={t.programTabs} style={{ backgroundColor: colors["tabBackground"] ?? "" }}>
      {tabs.items.map(({ text }, index) => (
        <button
          key={index}
          type="button"
          aria-current={index === tabs.selected ? "page" : undefined}
          style={{ color: colors[index === tabs.selected ? "tabSelected" : "tabColor"] ?? "" }}
          onClick={() => onTab(index)}
        >
          {text}
        </button>
      ))}
    </nav>
  );
}

/** Renders the dialogue of `wx.showModal`, with one or two buttons. */
function ModalSheet(props: { readonly modal: Modal; readonly onEnd: (confirm: boolean) => void }): JSX.Element {
  const { modal, onEnd } = props;
  const { title, content, confirmText, cancelText } = modal;
  if (cancelText === "") {
    return (
      <Sheet name={title} closeLabel={confirmText} onClose={() => onEnd(true)}>
        <p class="modal-text">{content}</p>
      </Sheet>
    );
  }
  const confirm = (
    <button type="button" class="button primary" onClick={() => onEnd(true)}>
      {confirmText}
    </button>
  );
  return (
    <Sheet name={title} closeLabel={cancelText} onClose={() => onEnd(false)} actions={confirm}>
      <p class="modal-text">{content}</p>
    </Sheet>
  );
}
