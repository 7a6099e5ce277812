/** The developer panel: what the user of a phone does not see. */
import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { PhoneChat, PhoneState, TrafficRecord } from "../phone-model.ts";
import { FaultsView } from "./faults-view.tsx";
import type { Act } from "./panel-parts.tsx";
import { PlatformView } from "./platform-view.tsx";
import type { ServiceChatEnd } from "./program-frame.tsx";
import { StateView } from "./state-view.tsx";
import { useTexts } from "./text.ts";
import { TrafficView } from "./traffic-view.tsx";
import { setClockOffset } from "./use-today.ts";

interface PanelProps {
  readonly state: PhoneState;
  readonly chat: PhoneChat | null;
  readonly traffic: readonly TrafficRecord[];
  readonly appid: string;
  readonly openid: string;
  readonly act: Act;
  readonly serviceChatEnd: ServiceChatEnd;
  readonly onServiceChatEnd: (end: ServiceChatEnd) => void;
}

const TABS = ["traffic", "account", "faults", "platform"] as const;
type Tab = (typeof TABS)[number];

/** Renders the panel with the selected tab. */
export function Panel(props: PanelProps): JSX.Element {
  const { state, chat, traffic, appid, openid, act, serviceChatEnd, onServiceChatEnd } = props;
  const t = useTexts();
  const [tab, setTab] = useState<Tab>("traffic");
  // `useToday` computes the day from this offset; the chat shows times of other days with their date.
  useLayoutEffect(() => setClockOffset(state.offsetMs), [state.offsetMs]);
  const app = state.apps.find((known) => known.appid === appid) ?? state.apps[0];
  return (
    <section class="panel" aria-label={t.panel}>
      <Tabs tab={tab} faults={state.faults.length} onTab={setTab} />
      {/* A separate element for each tab, so that no tab opens at the scroll position of the previous one. */}
      <div key={tab} class="tab-panel" role="tabpanel" id={`panel-${tab}`} aria-labelledby={`tab-${tab}`}>
        {tab === "traffic" && <TrafficView traffic={traffic} openid={openid} act={act} />}
        {tab === "account" && <StateView state={state} chat={chat} appid={appid} openid={openid} act={act} />}
        {tab === "faults" && app !== undefined && <FaultsView faults={state.faults} app={app} act={act} />}
        {tab === "platform" && app !== undefined && (
          <PlatformView
            switches={state.switches}
            app={app}
            act={act}
            serviceChatEnd={serviceChatEnd}
            onServiceChatEnd={onServiceChatEnd}
          />
        )}
      </div>
    </section>
  );
}

interface TabsProps {
  readonly tab: Tab;
  readonly faults: number;
  readonly onTab: (tab: Tab) => void;
}

/** Renders the tab list. Arrow keys move between tabs. */
function Tabs({ tab, faults, onTab }: TabsProps): JSX.Element {
  const t = useTexts();
  const list = useRef<HTMLDivElement>(null);
  const move = (step: number): void => {
    const next = TABS[(TABS.indexOf(tab) + step + TABS.length) % TABS.length] ?? "traffic";
    onTab(next);
    list.current?.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
  };
  return (
    <div
      ref={list}
      class="tabs"
      role="tablist"
      aria-label={t.panel}
      onKeyDown={(event) => {
        if (event.key === "ArrowRight") move(1);
        if (event.key === "ArrowLeft") move(-1);
      }}
    >
      {TABS.map((name) => (
        <button
          key={name}
          type="button"
          role="tab"
          id={`tab-${name}`}
          aria-selected={tab === name}
          aria-controls={tab === name ? `panel-${name}` : undefined}
          tabIndex={tab === name ? 0 : -1}
          onClick={() => onTab(name)}
        >
          {t[name]}
          {name === "faults" && faults > 0 && <span class="badge">{faults}</span>}
        </button>
      ))}
    </div>
  );
}
