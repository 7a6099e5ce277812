/** The state: reply quota, who handles the chat, access tokens, the clock. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { dayTime } from "../../console/ui/clock.ts";
import { useNow } from "../../console/ui/use-now.ts";
import type { PhoneChat, PhoneState, TokenView } from "../phone-model.ts";
import { control } from "./api.ts";
import { maskValue } from "./mask.ts";
import { type Act, Box, Reveal } from "./panel-parts.tsx";
import { fill, useTexts } from "./text.ts";
import { Toggle } from "./toggle.tsx";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

interface StateViewProps {
  readonly state: PhoneState;
  readonly chat: PhoneChat | null;
  readonly appid: string;
  readonly openid: string;
  readonly act: Act;
}

/** Renders the state. */
export function StateView({ state, chat, appid, openid, act }: StateViewProps): JSX.Element {
  const desk = state.desks[appid] ?? { on: false, reply: "" };
  return (
    <div class="cards">
      <Quota chat={chat} />
      <Session chat={chat} desk={desk} appid={appid} openid={openid} act={act} />
      <Tokens tokens={state.tokens.filter((token) => token.appid === appid)} appid={appid} act={act} />
      <Clock offsetMs={state.offsetMs} act={act} />
    </div>
  );
}

function Quota({ chat }: { readonly chat: PhoneChat | null }): JSX.Element {
  const t = useTexts();
  const grants = (["message", "enter"] as const).map((kind) => ({
    kind,
    name: kind === "message" ? t.grantMessage : t.grantEnter,
    grant: chat?.grants.find((known) => known.kind === kind),
  }));
  return (
    <Box title={t.quota}>
      {chat === null && <p class="muted">{t.noUser}</p>}
      {chat !== null &&
        grants.map(({ kind, name, grant }) => (
          <div key={kind} class="grant">
            <span>{name}</span>
            {grant !== undefined && (
              <meter min={0} max={grant.count} value={grant.left} aria-label={name}>
                {grant.left}
              </meter>
            )}
            <span class="muted">
              {grant === undefined
                ? t.none
                : fill(t.left, { left: grant.left, count: grant.count, time: dayTime(grant.endsAt) })}
            </span>
          </div>
        ))}
      {chat !== null && (
        <p class="pair">
          <span>{t.duplicates}</span>
          <span class={chat.duplicates > 0 ? "bad" : ""}>{chat.duplicates}</span>
        </p>
      )}
    </Box>
  );
}

interface SessionProps {
  readonly chat: PhoneChat | null;
  readonly desk: { readonly on: boolean; readonly reply: string };
  readonly appid: string;
  readonly openid: string;
  readonly act: Act;
}

function Session({ chat, desk, appid, openid, act }: SessionProps): JSX.Element {
  const t = useTexts();
  const [reply, setReply] = useState(t.agentReplyValue);
  const holders = { none: t.sessionNone, waiting: t.sessionWaiting, agent: t.sessionAgent } as const;
  return (
    <Box title={t.session}>
      {chat !== null && (
        <p class="pair">
          <strong>{holders[chat.session]}</strong>
          {chat.session !== "none" && (
            <button
              type="button"
              class="button small"
              onClick={() => void act(control.agent({ appid, close: openid }))}
            >
              {t.endSession}
            </button>
          )}
        </p>
      )}
      <label class="field">
        <span>{t.agentReply}</span>
        <input value={reply} onInput={(event) => setReply(event.currentTarget.value)} />
      </label>
      <Toggle label={t.agentDesk} isOn={desk.on} onToggle={(on) => void act(control.agent({ appid, on, reply }))} />
    </Box>
  );
}

interface TokensProps {
  readonly tokens: readonly TokenView[];
  readonly appid: string;
  readonly act: Act;
}

function Tokens({ tokens, appid, act }: TokensProps): JSX.Element {
  const t = useTexts();
  const [isRevealed, setRevealed] = useState(false);
  return (
    <Box title={t.tokens}>
      {tokens.length === 0 && <p class="muted">{t.noTokens}</p>}
      {tokens.map(({ endpoint, value, expiresAt, works }) => (
        <div key={endpoint} class="token">
          <span>{endpoint}</span>
          <span class={works ? "good" : "bad"}>{works ? t.tokenWorks : t.tokenDead}</span>
          <span class="muted">{fill(t.until, { time: dayTime(expiresAt) })}</span>
          <code>{isRevealed ? value : maskValue(value)}</code>
        </div>
      ))}
      <div class="buttons">
        <button type="button" class="button small" onClick={() => void act(control.killToken({ appid }), t.killed)}>
          {t.killToken}
        </button>
        <button
          type="button"
          class="button small"
          onClick={() => void act(control.killToken({ appid, sticky: true }), t.killed)}
        >
          {t.killSticky}
        </button>
        <Reveal on={isRevealed} set={setRevealed} />
      </div>
    </Box>
  );
}

function Clock({ offsetMs, act }: { readonly offsetMs: number; readonly act: Act }): JSX.Element {
  const t = useTexts();
  const now = useNow();
  const steps: readonly (readonly [string, number])[] = [
    [t.advance1m, MINUTE_MS],
    [t.advance1h, HOUR_MS],
    [t.advance48h, 48 * HOUR_MS],
  ];
  return (
    <Box title={t.clock}>
      <p class="pair">
        <span>{t.clockNow}</span>
        <span>{dayTime(now + offsetMs)}</span>
      </p>
      <p class="pair">
        <span>{t.clockOffset}</span>
        <span>{offsetMs / 1_000} s</span>
      </p>
      <div class="buttons">
        {steps.map(([label, advanceMs]) => (
          <button key={label} type="button" class="button small" onClick={() => void act(control.clock({ advanceMs }))}>
            {label}
          </button>
        ))}
        <button type="button" class="button small" onClick={() => void act(control.clock({ offsetMs: 0 }))}>
          {t.clockBack}
        </button>
      </div>
    </Box>
  );
}
