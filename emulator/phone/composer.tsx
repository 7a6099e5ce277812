/** The input area: text, faces, pictures, cards. */
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { FACES } from "../../console/ui/emoji.ts";
import type { PushContent } from "../push-model.ts";
import { Icon } from "./icons.tsx";
import { drawSample, readPicture } from "./sample-picture.ts";
import { useTexts, type Language } from "./text.ts";

/** The `keyCode` of a key that was handled by an input method. */
const KEY_OF_INPUT_METHOD = 229;

interface ComposerProps {
  readonly language: Language;
  /** Sends the content. @returns whether the emulator accepted it */
  readonly onSend: (content: PushContent) => Promise<boolean>;
}

type Drawer = "none" | "faces" | "more" | "card";

/** Renders the input area at the lower edge of a chat. */
export function Composer({ language, onSend }: ComposerProps): JSX.Element {
  const t = useTexts();
  const [text, setText] = useState("");
  const [drawer, setDrawer] = useState<Drawer>("none");
  const input = useRef<HTMLTextAreaElement>(null);
  const toggle = (wanted: Drawer): void => setDrawer(drawer === wanted ? "none" : wanted);

  const sendText = async (): Promise<void> => {
    if (text.trim() === "") return;
    setText("");
    input.current?.focus();
    const isTaken = await onSend({ kind: "text", content: text });
    // After a failure the text is put back, before any text typed in the meantime.
    if (!isTaken) setText((typed) => text + typed);
  };
  const sendPicture = (dataBase64: string): void => {
    setDrawer("none");
    void onSend({ kind: "image", dataBase64 });
  };
  const insert = (code: string): void => {
    const at = input.current?.selectionStart ?? text.length;
    const end = input.current?.selectionEnd ?? at;
    setText(text.slice(0, at) + code + text.slice(end));
    requestAnimationFrame(() => input.current?.setSelectionRange(at + code.length, at + code.length));
  };

  return (
    <div class="composer">
      <form
        class="write"
        onSubmit={(event) => {
          event.preventDefault();
          void sendText();
        }}
      >
        <textarea
          ref={input}
          rows={1}
          value={text}
          aria-label={t.writeHere}
          placeholder={t.writeHere}
          onInput={(event) => setText(event.currentTarget.value)}
          onFocus={() => setDrawer("none")}
          onKeyDown={(event) => {
            // While an input method is open, Enter selects a candidate. Safari reports the input method as already
            // closed at that moment.
            const isPicking = event.isComposing || event.keyCode === KEY_OF_INPUT_METHOD;
            if (event.key !== "Enter" || event.shiftKey || isPicking) return;
            event.preventDefault();
            void sendText();
          }}
        />
        <DrawerButton name="face" label={t.faces} isOpen={drawer === "faces"} onToggle={() => toggle("faces")} />
        {text === "" ? (
          <DrawerButton
            name="plus"
            label={t.more}
            isOpen={drawer === "more" || drawer === "card"}
            onToggle={() => setDrawer(drawer === "more" || drawer === "card" ? "none" : "more")}
          />
        ) : (
          <button type="submit" class="button primary send">
            {t.send}
          </button>
        )}
      </form>
      {drawer === "faces" && <FaceGrid language={language} onPick={insert} />}
      {drawer === "more" && <More onPicture={sendPicture} onCard={() => setDrawer("card")} />}
      {drawer === "card" && (
        <CardForm
          onSend={(title, pagePath) => {
            setDrawer("none");
            void onSend({ kind: "miniprogrampage", title, pagePath });
          }}
        />
      )}
    </div>
  );
}

interface DrawerButtonProps {
  readonly name: "face" | "plus";
  readonly label: string;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

function DrawerButton({ name, label, isOpen, onToggle }: DrawerButtonProps): JSX.Element {
  return (
    <button type="button" class="icon-button" aria-label={label} aria-expanded={isOpen} onClick={onToggle}>
      <Icon name={name} />
    </button>
  );
}

function FaceGrid(props: { readonly language: Language; readonly onPick: (code: string) => void }): JSX.Element {
  const t = useTexts();
  return (
    <div class="drawer faces" role="group" aria-label={t.faces}>
      {FACES.map((face) => {
        const code = `[${props.language === "en" ? face.en : face.zh}]`;
        return (
          <button key={face.zh} type="button" title={code} aria-label={code} onClick={() => props.onPick(code)}>
            {face.emoji}
          </button>
        );
      })}
    </div>
  );
}

function More({ onPicture, onCard }: { onPicture: (dataBase64: string) => void; onCard: () => void }): JSX.Element {
  const t = useTexts();
  const file = useRef<HTMLInputElement>(null);
  return (
    <div class="drawer more" role="group" aria-label={t.more}>
      <input
        ref={file}
        hidden
        type="file"
        accept="image/png,image/jpeg,image/gif"
        onChange={(event) => {
          const [chosen] = event.currentTarget.files ?? [];
          if (chosen !== undefined) void readPicture(chosen).then(onPicture);
        }}
      />
      <button type="button" class="tile" onClick={() => file.current?.click()}>
        <Icon name="picture" />
        {t.picture}
      </button>
      <button type="button" class="tile" onClick={() => onPicture(drawSample())}>
        <Icon name="spark" />
        {t.samplePicture}
      </button>
      <button type="button" class="tile" onClick={onCard}>
        <Icon name="card" />
        {t.card}
      </button>
    </div>
  );
}

function CardForm({ onSend }: { readonly onSend: (title: string, pagePath: string) => void }): JSX.Element {
  const t = useTexts();
  const [title, setTitle] = useState(t.cardTitleValue);
  const [path, setPath] = useState("pages/goods/detail?id=1001");
  return (
    <form
      class="drawer card-form"
      onSubmit={(event) => {
        event.preventDefault();
        onSend(title, path);
      }}
    >
      <label class="field">
        <span>{t.cardTitle}</span>
        <input value={title} required onInput={(event) => setTitle(event.currentTarget.value)} />
      </label>
      <label class="field">
        <span>{t.cardPath}</span>
        <input value={path} required onInput={(event) => setPath(event.currentTarget.value)} />
      </label>
      <button type="submit" class="button primary">
        {t.sendCard}
      </button>
    </form>
  );
}
