/** The page: a phone and the developer panel beside it (on narrow screens in a separate tab). */
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { isTheme, useAppearance, type Theme } from "../../console/ui/appearance.ts";
import { useStored } from "../../console/ui/stored.ts";
import { isLanguage } from "../../console/ui/text.ts";
import type { PushContent } from "../push-model.ts";
import { control } from "./api.ts";
import { useFeed } from "./feed.ts";
import { Panel } from "./panel.tsx";
import { PauseBanner } from "./pause-banner.tsx";
import { usePauses } from "./pauses.ts";
import { isOpenid, newOpenid } from "./people.ts";
import { Phone } from "./phone.tsx";
import { SERVICE_CHAT_ENDS, type ServiceChatEnd } from "./program-frame.tsx";
import { forgetProgram } from "./stored.ts";
import { fill, TEXTS, TextContext, type Language } from "./text.ts";
import { TopBar, type View } from "./top-bar.tsx";

const FIRST_OPENID = newOpenid();
const NOTICE_MS = 2_500;

/** Renders the page. */
export function App(): JSX.Element {
  const [language, setLanguage] = useStored<Language>("language", "zh-CN", isLanguage);
  const [theme, setTheme] = useStored<Theme>("theme", "auto", isTheme);
  const [openid, setOpenid] = useStored<string>("openid", FIRST_OPENID, isOpenid);
  const [serviceChatEnd, setServiceChatEnd] = useStored<ServiceChatEnd>("serviceChat", "opened", isServiceChatEnd);
  /** The number of resets: each reset gives the phone a mini program in its initial state. */
  const [life, setLife] = useState(0);
  const [view, setView] = useState<View>("phone");
  const [notice, setNotice] = useNotice();
  const appearance = useAppearance(theme);
  const t = TEXTS[language];
  const [appid, setAppid] = useState("");
  const [seen, look] = useFeed(appid, openid);
  const { state } = seen;
  const pauses = usePauses();
  const firstAppid = state?.apps[0]?.appid ?? "";
  useEffect(() => setAppid(firstAppid), [firstAppid]);

  useLayoutEffect(() => {
    document.documentElement.lang = language;
    document.title = `${t.title} · edge-kefu`;
    document.documentElement.dataset["theme"] = theme;
  }, [language, theme, t]);

  /**
   * Waits for an action on the emulator, shows a notice (the error, or `done`), and reads the new state at once.
   * @returns whether it succeeded
   */
  const act = async (work: Promise<unknown>, done = ""): Promise<boolean> => {
    try {
      await work;
      if (done !== "") setNotice(done);
      return true;
    } catch (error) {
      setNotice(fill(t.failed, { why: error instanceof Error ? error.message : String(error) }));
      return false;
    } finally {
      look();
      pauses.look();
    }
  };
  const send = (content: PushContent): Promise<boolean> => {
    // Until the first answer of the feed the appid is unknown; the emulator then uses its first app, as the page does.
    const app = appid === "" ? {} : { appid };
    return act(control.push({ ...app, openid, content, wait: false }));
  };
  const chat = state?.chat?.openid === openid ? state.chat : null;

  return (
    <TextContext.Provider value={t}>
      <div class="page" data-view={view}>
        <TopBar
          language={language}
          theme={theme}
          view={view}
          onLanguage={setLanguage}
          onTheme={setTheme}
          onView={setView}
          onReset={() => {
            // The worker is not reset and still has its users, so the page continues with a new user after a reset.
            setOpenid(newOpenid());
            forgetProgram();
            location.hash = "";
            setLife(life + 1);
            void act(control.reset(), t.resetDone);
          }}
        />
        {!seen.online && (
          <p class="offline" role="alert">
            {t.offline}
          </p>
        )}
        <PauseBanner
          pauses={pauses.list}
          state={state}
          isOnline={seen.online}
          language={language}
          onResumed={setNotice}
          onAsked={pauses.look}
        />
        <main class="stage" tabIndex={-1}>
          <Phone
            key={life}
            state={state}
            appid={appid}
            openid={openid}
            language={language}
            appearance={appearance}
            serviceChatEnd={serviceChatEnd}
            onOpenid={setOpenid}
            onSend={send}
            onNotice={setNotice}
          />
          {state !== null && (
            <Panel
              state={state}
              chat={chat}
              traffic={seen.traffic}
              openid={openid}
              appid={appid}
              act={act}
              serviceChatEnd={serviceChatEnd}
              onServiceChatEnd={setServiceChatEnd}
            />
          )}
        </main>
        <p class="notice" role="status">
          {notice}
        </p>
      </div>
    </TextContext.Provider>
  );
}

function isServiceChatEnd(value: string): value is ServiceChatEnd {
  return SERVICE_CHAT_ENDS.some((end) => end === value);
}

/**
 * Returns the text of the current notice and a function that shows one. A notice disappears after 2.5 seconds; showing
 * it again restarts the time.
 */
function useNotice(): readonly [string, (text: string) => void] {
  const [notice, setNotice] = useState({ text: "" });
  useEffect(() => {
    if (notice.text === "") return;
    const timer = setTimeout(() => setNotice({ text: "" }), NOTICE_MS);
    return () => clearTimeout(timer);
  }, [notice]);
  return [notice.text, (text) => setNotice({ text })];
}
