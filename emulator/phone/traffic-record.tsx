/** One exchange in full: URLs, headers, bodies encrypted and plain, and actions. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { copyText } from "../../console/ui/copy.ts";
import type { TrafficRecord, WireHeaders } from "../phone-model.ts";
import { control } from "./api.ts";
import { toCurl } from "./curl.ts";
import { Icon } from "./icons.tsx";
import { maskSecrets } from "./mask.ts";
import { type Act, Reveal } from "./panel-parts.tsx";
import { prettyBody } from "./pretty.ts";
import { useTexts } from "./text.ts";

/** Renders the details of a record. */
export function TrafficRecordView({ record, act }: { readonly record: TrafficRecord; readonly act: Act }): JSX.Element {
  const t = useTexts();
  const [isRevealed, setRevealed] = useState(false);
  const { request, response, pushId, problem } = record;
  const shown = (text: string): string => (isRevealed ? text : maskSecrets(text));
  return (
    <div class="record-detail">
      <div class="buttons">
        <button
          type="button"
          class="button small"
          onClick={() => void act(copyText(toCurl(request), t.copyFailed), t.copied)}
        >
          <Icon name="copy" />
          {t.copyCurl}
        </button>
        {pushId !== undefined && (
          <button
            type="button"
            class="button small"
            onClick={() => void act(control.redeliver({ id: pushId, wait: false }), t.replayed)}
          >
            <Icon name="again" />
            {t.replay}
          </button>
        )}
        <Reveal on={isRevealed} set={setRevealed} />
      </div>
      {problem !== undefined && <p class="problem">{problem}</p>}
      <h2>{t.request}</h2>
      <Code text={shown(`${request.method} ${request.url}`)} />
      <Headers name={t.headers} headers={request.headers} />
      {request.plain !== undefined && <Body name={t.plainBody} text={shown(request.plain)} />}
      {request.method !== "GET" && (
        <Body name={request.plain === undefined ? t.body : t.encryptedBody} text={shown(request.body)} />
      )}
      <h2>{response === null ? t.noResponse : `${t.response} ${response.status}`}</h2>
      {response !== null && (
        <>
          {response.plain !== undefined && <Body name={t.plainBody} text={shown(response.plain)} />}
          <Body name={response.plain === undefined ? t.body : t.encryptedBody} text={shown(response.body)} />
          <Headers name={t.responseHeaders} headers={response.headers} />
        </>
      )}
    </div>
  );
}

function Body({ name, text }: { readonly name: string; readonly text: string }): JSX.Element {
  const t = useTexts();
  return (
    <>
      <h3>{name}</h3>
      <Code text={text === "" ? t.emptyBody : prettyBody(text)} />
    </>
  );
}

function Code({ text }: { readonly text: string }): JSX.Element {
  return (
    <pre class="code" tabIndex={0}>
      <code>{text}</code>
    </pre>
  );
}

function Headers({ name, headers }: { readonly name: string; readonly headers: WireHeaders }): JSX.Element | null {
  if (headers.length === 0) return null;
  return (
    <details>
      <summary>
        {name} ({headers.length})
      </summary>
      <Code text={headers.map(([header, value]) => `${header}: ${value}`).join("\n")} />
    </details>
  );
}
