/**
 * The console page: shows the desk to an agent who is signed in, otherwise the sign-in form or the form of an invite.
 */
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { ApiProblem, call, followSignOut, readMe, type Me } from "./client/api.ts";
import { createDesk, type Desk } from "./client/desk.ts";
import { isSignedOut } from "./client/link.ts";
import { readInvite, useHash } from "./client/route.ts";
import { signOut } from "./client/sign-out.ts";
import { browserTabs } from "./client/tabs.ts";
import { TextContext, TEXTS, type Texts } from "./text/texts.ts";
import { isTheme, type Theme } from "./ui/appearance.ts";
import { useStored } from "./ui/stored.ts";
import { isLanguage, type Language } from "./ui/text.ts";
import { DeskScreen } from "./views/desk-screen.tsx";
import { Empty } from "./views/parts.tsx";
import { AcceptInvite, SignIn } from "./views/sign-in.tsx";

type Screen =
  | { readonly name: "loading" }
  | { readonly name: "failed"; readonly isOff: boolean }
  | { readonly name: "signed_out"; readonly wasSignedIn: boolean }
  | { readonly name: "desk"; readonly desk: Desk };

/** Renders the whole page. */
export function App(): JSX.Element {
  const [language, setLanguage] = useStored<Language>("language", browserLanguage(), isLanguage);
  const [theme, setTheme] = useStored<Theme>("theme", "auto", isTheme);
  const [screen, setScreen] = useState<Screen>({ name: "loading" });
  const invite = readInvite(useHash());
  const t = TEXTS[language];
  useLayoutEffect(() => {
    document.documentElement.lang = language;
    document.documentElement.dataset["theme"] = theme;
    document.title = t.title;
  }, [language, theme, t]);

  const enter = async (): Promise<void> => {
    try {
      const you = await readMe();
      setScreen(you === null ? { name: "signed_out", wasSignedIn: false } : { name: "desk", desk: deskOf(you) });
    } catch (error) {
      setScreen({ name: "failed", isOff: error instanceof ApiProblem && error.code === "desk_off" });
    }
  };
  useEffect(() => void enter(), []);
  const desk = screen.name === "desk" ? screen.desk : null;
  // While the agent signs out, the server's own message that the connection ended for that reason is expected.
  const isLeaving = useRef(false);
  useEffect(
    () =>
      desk === null
        ? undefined
        : run(desk, () => {
            if (!isLeaving.current) setScreen({ name: "signed_out", wasSignedIn: true });
          }),
    [desk],
  );
  /** Signs out. Rejects when the server did not confirm it: the cookie may still be valid. */
  const signOutOf = async (signedIn: Desk): Promise<void> => {
    isLeaving.current = true;
    try {
      await signOut(signedIn, endSignIn);
    } finally {
      isLeaving.current = false;
    }
    setScreen({ name: "signed_out", wasSignedIn: false });
  };

  const other = language === "en" ? "zh-CN" : "en";
  const languageButton = (
    <button class="button quiet small" type="button" lang={other} onClick={() => setLanguage(other)}>
      {t.language}
    </button>
  );

  return <TextContext.Provider value={t}>{show()}</TextContext.Provider>;

  function show(): JSX.Element {
    if (invite !== null) {
      const leave = (): void => {
        history.replaceState(null, "", location.pathname);
        dispatchEvent(new HashChangeEvent("hashchange"));
      };
      const signedIn = (): void => {
        leave();
        void enter();
      };
      return <AcceptInvite {...{ languageButton }} secret={invite} onSignedIn={signedIn} onLeave={leave} />;
    }
    switch (screen.name) {
      case "loading":
        return <p class="hint loading">{t.loading}</p>;
      case "failed":
        return <Failed t={t} isOff={screen.isOff} onRetry={() => void enter()} />;
      case "signed_out":
        return (
          <SignIn
            {...{ languageButton }}
            reason={screen.wasSignedIn ? t.signedOut : null}
            onSignedIn={() => void enter()}
          />
        );
      case "desk":
        return (
          <DeskScreen
            desk={screen.desk}
            theme={theme}
            language={language}
            onTheme={setTheme}
            onLanguage={setLanguage}
            onSignOut={() => signOutOf(screen.desk)}
          />
        );
    }
  }
}

/** Ends the sign-in of this browser. @throws ApiProblem when it may not have ended */
async function endSignIn(): Promise<void> {
  try {
    await call("POST", "sign-out", { body: {} });
  } catch (error) {
    if (!(error instanceof ApiProblem && error.status === 401)) throw error;
  }
}

/** Returns Chinese for browsers set to Chinese, otherwise English; used until the agent chooses a language. */
function browserLanguage(): Language {
  return navigator.language.toLowerCase().startsWith("zh") ? "zh-CN" : "en";
}

function Failed({
  t,
  isOff,
  onRetry,
}: {
  readonly t: Texts;
  readonly isOff: boolean;
  readonly onRetry: () => void;
}): JSX.Element {
  return (
    <main class="login">
      <h1 class="sr-only">{t.title}</h1>
      <Empty icon="alert" title={isOff ? t.problem.desk_off : t.offline} text={isOff ? t.signInOff : t.unreachable}>
        <div class="buttons">
          <button class="button" type="button" onClick={onRetry}>
            {t.retry}
          </button>
        </div>
      </Empty>
    </main>
  );
}

function deskOf(you: Me): Desk {
  return createDesk({
    you,
    kept: localStorage,
    tabs: browserTabs(),
    openSocket: () => new WebSocket(`${location.origin.replace(/^http/, "ws")}/api/v1/desk/socket`),
    // Without an answer it is unknown whether the agent is signed in, so the page keeps trying to connect.
    isSignedIn: () =>
      readMe().then(
        (me) => me !== null,
        () => true,
      ),
    isShown: () => document.visibilityState === "visible",
  });
}

/**
 * Connects the desk and handles the events of the page (shown, hidden, online).
 * @returns a function that disconnects and removes the handlers
 */
function run(desk: Desk, onSignedOut: () => void): () => void {
  const onVisible = (): void => (document.visibilityState === "visible" ? desk.poke() : desk.leave());
  const stop = desk.link.follow(() => {
    if (isSignedOut(desk.link.get())) onSignedOut();
  });
  const stopFollowing = followSignOut(desk.stop);
  const onStorage = ({ key }: StorageEvent): void => {
    if (key !== null) desk.notice(key);
  };
  desk.start();
  addEventListener("storage", onStorage);
  addEventListener("online", desk.poke);
  addEventListener("offline", desk.lose);
  addEventListener("pageshow", desk.poke);
  addEventListener("pagehide", desk.leave);
  document.addEventListener("visibilitychange", onVisible);
  return () => {
    stop();
    stopFollowing();
    // Another agent may have signed in on this page: nothing may be sent for the one before.
    desk.stop();
    removeEventListener("storage", onStorage);
    removeEventListener("online", desk.poke);
    removeEventListener("offline", desk.lose);
    removeEventListener("pageshow", desk.poke);
    removeEventListener("pagehide", desk.leave);
    document.removeEventListener("visibilitychange", onVisible);
  };
}
