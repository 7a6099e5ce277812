/** The platform: assumptions about unconfirmed behaviour, its timing, and the console's settings of the app. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { EmulatedApp, Switches } from "../model.ts";
import type { PushFormat, PushMode } from "../push-model.ts";
import { control } from "./api.ts";
import { maskValue } from "./mask.ts";
import { type Act, Box, Choice, Reveal } from "./panel-parts.tsx";
import { SERVICE_CHAT_ENDS, type ServiceChatEnd } from "./program-frame.tsx";
import { useTexts } from "./text.ts";
import { Toggle } from "./toggle.tsx";

interface PlatformViewProps {
  readonly switches: Switches;
  readonly app: EmulatedApp;
  readonly act: Act;
  readonly serviceChatEnd: ServiceChatEnd;
  readonly onServiceChatEnd: (end: ServiceChatEnd) => void;
}

/** Renders the platform settings. */
export function PlatformView(props: PlatformViewProps): JSX.Element {
  const { switches, app, act, serviceChatEnd, onServiceChatEnd } = props;
  return (
    <div class="cards">
      <Unconfirmed switches={switches} act={act} />
      <Client end={serviceChatEnd} onEnd={onServiceChatEnd} />
      <AppSettings app={app} act={act} />
    </div>
  );
}

function Unconfirmed({ switches, act }: { readonly switches: Switches; readonly act: Act }): JSX.Element {
  const t = useTexts();
  const set = (patch: Partial<Switches>): void => void act(control.switches(patch));
  return (
    <Box title={t.unconfirmed}>
      <Toggle label={t.retryNon200} isOn={switches.retryNon200} onToggle={(retryNon200) => set({ retryNon200 })} />
      <Toggle
        label={t.retryNewTime}
        isOn={switches.retryCreateTime === "new"}
        onToggle={(on) => set({ retryCreateTime: on ? "new" : "same" })}
      />
      <Toggle
        label={t.retrySameSignature}
        isOn={switches.retrySignature === "same"}
        onToggle={(on) => set({ retrySignature: on ? "same" : "new" })}
      />
      <Toggle
        label={t.characters}
        isOn={switches.textUnit === "characters"}
        onToggle={(on) => set({ textUnit: on ? "characters" : "bytes" })}
      />
      <Toggle label={t.enterRefills} isOn={switches.enterRefills} onToggle={(enterRefills) => set({ enterRefills })} />
      <Toggle label={t.ipWhitelist} isOn={switches.ipWhitelist} onToggle={(ipWhitelist) => set({ ipWhitelist })} />
      <div class="fields">
        <NumberField label={t.retries} value={switches.retries} max={10} onSet={(retries) => set({ retries })} />
        <NumberField
          label={t.latencyMs}
          value={switches.latencyMs}
          max={60_000}
          onSet={(latencyMs) => set({ latencyMs })}
        />
        <NumberField
          label={t.pushTimeoutMs}
          value={switches.pushTimeoutMs}
          max={60_000}
          onSet={(pushTimeoutMs) => set({ pushTimeoutMs: Math.max(1, pushTimeoutMs) })}
        />
        <NumberField
          label={t.signatureAge}
          value={switches.signatureAgeS}
          max={1_000_000_000}
          onSet={(signatureAgeS) => set({ signatureAgeS })}
        />
      </div>
    </Box>
  );
}

/** Renders the setting for the outcome of `wx.openCustomerServiceChat`. */
function Client(props: { readonly end: ServiceChatEnd; readonly onEnd: (end: ServiceChatEnd) => void }): JSX.Element {
  const t = useTexts();
  const labels: Readonly<Record<ServiceChatEnd, string>> = {
    opened: t.chatOpened,
    notBound: t.chatNotBound,
    cancelled: t.chatCancelled,
    missing: t.chatMissing,
  };
  return (
    <Box title={t.miniProgram}>
      <Choice
        label={t.serviceChatEnds}
        value={props.end}
        options={SERVICE_CHAT_ENDS.map((end) => [end, labels[end]] as const)}
        onChoose={props.onEnd}
      />
    </Box>
  );
}

interface NumberFieldProps {
  readonly label: string;
  readonly value: number;
  readonly max: number;
  readonly onSet: (value: number) => void;
}

/**
 * Renders a number field. A typed number takes effect on blur or Enter; until then updates from the emulator do not
 * change the text.
 */
function NumberField({ label, value, max, onSet }: NumberFieldProps): JSX.Element {
  const [draft, setDraft] = useState<string | null>(null);
  const commit = (): void => {
    const wanted = Number(draft);
    setDraft(null);
    if (draft !== null && draft !== "" && Number.isInteger(wanted)) onSet(Math.min(max, Math.max(0, wanted)));
  };
  return (
    <label class="field">
      <span>{label}</span>
      <input
        type="number"
        min={0}
        max={max}
        value={draft ?? value}
        onInput={(event) => setDraft(event.currentTarget.value)}
        onBlur={commit}
        onKeyDown={(event) => event.key === "Enter" && commit()}
      />
    </label>
  );
}

function AppSettings({ app, act }: { readonly app: EmulatedApp; readonly act: Act }): JSX.Element {
  const t = useTexts();
  const { appid } = app;
  /** The typed text, and the URL it replaces; the text is discarded when the emulator has a new URL. */
  const [draft, setDraft] = useState({ over: "", text: "" });
  const pushUrl = draft.over === app.pushUrl ? draft.text : app.pushUrl;
  const [isRevealed, setRevealed] = useState(false);
  const modes: readonly (readonly [PushMode, string])[] = [
    ["plain", t.modePlain],
    ["compatible", t.modeCompatible],
    ["secure", t.modeSecure],
  ];
  const formats: readonly PushFormat[] = ["xml", "json"];
  const verify = async (): Promise<void> => {
    const { verdict, status } = await control.verify({ appid, pushUrl });
    if (verdict !== "echoed") throw new Error(`${t.notVerified} (${status ?? "-"})`);
  };
  const secret = (value: string): string => (isRevealed ? value : maskValue(value));
  return (
    <Box title={t.app}>
      <div class="fields">
        <Choice
          label={t.mode}
          value={app.mode}
          options={modes}
          onChoose={(mode) => void act(control.app({ appid, mode }))}
        />
        <Choice
          label={t.format}
          value={app.format}
          options={formats.map((format) => [format, format.toUpperCase()] as const)}
          onChoose={(format) => void act(control.app({ appid, format }))}
        />
      </div>
      <label class="field">
        <span>{t.pushUrl}</span>
        <input value={pushUrl} onInput={(event) => setDraft({ over: app.pushUrl, text: event.currentTarget.value })} />
      </label>
      <div class="buttons">
        <button type="button" class="button small" onClick={() => void act(verify(), t.verified)}>
          {t.verifyUrl}
        </button>
        <Reveal on={isRevealed} set={setRevealed} />
      </div>
      <dl class="secrets">
        <dt>AppID</dt>
        <dd>{appid}</dd>
        <dt>AppSecret</dt>
        <dd>{secret(app.secret)}</dd>
        <dt>Token</dt>
        <dd>{secret(app.token)}</dd>
        <dt>EncodingAESKey</dt>
        <dd>{secret(app.aesKey)}</dd>
      </dl>
    </Box>
  );
}
