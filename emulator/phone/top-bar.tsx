/** The header of the page: title, settings, and tabs on narrow screens. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Theme } from "../../console/ui/appearance.ts";
import { Sheet } from "../../console/ui/sheet.tsx";
import { Icon } from "./icons.tsx";
import { useTexts, type Language } from "./text.ts";

/** The view on a narrow screen. */
export type View = "phone" | "panel";

interface TopBarProps {
  readonly language: Language;
  readonly theme: Theme;
  readonly view: View;
  readonly onLanguage: (language: Language) => void;
  readonly onTheme: (theme: Theme) => void;
  readonly onView: (view: View) => void;
  readonly onReset: () => void;
}

/** Renders the header. */
export function TopBar(props: TopBarProps): JSX.Element {
  const { language, theme, view, onLanguage, onTheme, onView, onReset } = props;
  const t = useTexts();
  const [isAsking, setAsking] = useState(false);
  const themes: readonly (readonly [Theme, string])[] = [
    ["auto", t.themeAuto],
    ["light", t.themeLight],
    ["dark", t.themeDark],
  ];
  return (
    <header class="top">
      <div class="brand">
        <h1>{t.title}</h1>
        <span class="muted">{t.subtitle}</span>
      </div>
      <nav class="views" aria-label={t.views}>
        {(["phone", "panel"] as const).map((name) => (
          <button key={name} type="button" aria-pressed={view === name} onClick={() => onView(name)}>
            {t[name]}
          </button>
        ))}
      </nav>
      <div class="top-actions">
        <select
          aria-label={t.theme}
          value={theme}
          onChange={(event) => onTheme(themes.find(([name]) => name === event.currentTarget.value)?.[0] ?? "auto")}
        >
          {themes.map(([name, label]) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
        </select>
        <button
          type="button"
          class="button small"
          lang={language === "en" ? "zh-CN" : "en"}
          onClick={() => onLanguage(language === "en" ? "zh-CN" : "en")}
        >
          {t.language}
        </button>
        <button type="button" class="button small" onClick={() => setAsking(true)}>
          <Icon name="again" />
          {t.reset}
        </button>
      </div>
      {isAsking && (
        <Sheet
          name={t.reset}
          closeLabel={t.cancel}
          onClose={() => setAsking(false)}
          actions={
            <button
              type="button"
              class="button primary"
              onClick={() => {
                setAsking(false);
                onReset();
              }}
            >
              {t.reset}
            </button>
          }
        >
          <p>{t.resetAsk}</p>
        </Sheet>
      )}
    </header>
  );
}
