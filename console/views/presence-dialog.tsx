/** The dialog for presence (with the meaning of each for new sessions), language, appearance and signing out. */
import type { JSX } from "preact";
import type { AgentJson, PresenceInput } from "../../shared/api/desk/agent.ts";
import { useTexts, type Texts } from "../text/texts.ts";
import { isTheme, type Theme } from "../ui/appearance.ts";
import { Sheet } from "../ui/sheet.tsx";
import { fill, type Language } from "../ui/text.ts";
import { Icon } from "./icons.tsx";
import { PresenceDot } from "./parts.tsx";

interface PresenceProps {
  readonly you: AgentJson;
  readonly theme: Theme;
  readonly language: Language;
  readonly onTheme: (theme: Theme) => void;
  readonly onLanguage: (language: Language) => void;
  readonly onChoose: (presence: PresenceInput) => void;
  readonly onSignOut: () => void;
  readonly onClose: () => void;
}

/** Renders the dialog. */
export function PresenceDialog(props: PresenceProps): JSX.Element {
  const { you, theme, language, onTheme, onLanguage, onChoose, onSignOut, onClose } = props;
  const t = useTexts();
  const { wanted } = you;
  return (
    <Sheet
      name={fill(t.presenceTitle, { name: you.name, load: you.load, capacity: you.capacity })}
      closeLabel={t.close}
      onClose={onClose}
    >
      <div class="menu" role="radiogroup" aria-label={t.presence}>
        {choices(t).map(({ name, hint, presence }) => {
          const isChosen =
            wanted.state === presence.state && (presence.state !== "away" || wanted.reason === presence.reason);
          return (
            <button
              key={name}
              class="menu-item"
              type="button"
              role="radio"
              aria-checked={isChosen}
              onClick={() => onChoose(presence)}
            >
              <PresenceDot presence={presence.state} />
              <span>{name}</span>
              {isChosen ? <Icon name="check" /> : <span />}
              <span class="hint">{hint}</span>
            </button>
          );
        })}
      </div>
      <div class="buttons">
        <label class="sort">
          <span class="sr-only">{t.theme}</span>
          <select
            value={theme}
            onChange={(event) => onTheme(isTheme(event.currentTarget.value) ? event.currentTarget.value : "auto")}
          >
            <option value="auto">{t.themeAuto}</option>
            <option value="light">{t.themeLight}</option>
            <option value="dark">{t.themeDark}</option>
          </select>
        </label>
        <button
          class="button quiet"
          type="button"
          lang={language === "en" ? "zh-CN" : "en"}
          onClick={() => onLanguage(language === "en" ? "zh-CN" : "en")}
        >
          {t.language}
        </button>
        <button class="button quiet push" type="button" onClick={onSignOut}>
          {t.signOut}
        </button>
      </div>
    </Sheet>
  );
}

function choices(
  t: Texts,
): readonly { readonly name: string; readonly hint: string; readonly presence: PresenceInput }[] {
  return [
    { name: t.online, hint: t.onlineHint, presence: { state: "online", reason: null } },
    { name: t.busy, hint: t.busyHint, presence: { state: "busy", reason: null } },
    { name: t.rest, hint: t.restHint, presence: { state: "away", reason: t.rest } },
    { name: t.meal, hint: t.mealHint, presence: { state: "away", reason: t.meal } },
    { name: t.meeting, hint: t.meetingHint, presence: { state: "away", reason: t.meeting } },
    { name: t.off, hint: t.offHintNow, presence: { state: "offline", reason: null } },
  ];
}
