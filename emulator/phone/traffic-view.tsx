/** The newest pushes, verifications and API calls, newest first, with the details of the selected one. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { exactTime } from "../../console/ui/clock.ts";
import type { TrafficRecord } from "../phone-model.ts";
import { Icon } from "./icons.tsx";
import type { Act } from "./panel-parts.tsx";
import { useTexts, type Texts } from "./text.ts";
import { TrafficRecordView } from "./traffic-record.tsx";

interface TrafficViewProps {
  readonly traffic: readonly TrafficRecord[];
  readonly openid: string;
  readonly act: Act;
}

type Kind = "all" | "push" | "api";

/** Renders the list; the details of the selected record are shown below its row. */
export function TrafficView({ traffic, openid, act }: TrafficViewProps): JSX.Element {
  const t = useTexts();
  const [kind, setKind] = useState<Kind>("all");
  const [isOneUser, setOneUser] = useState(false);
  const [picked, setPicked] = useState<string | null>(null);
  const shown = traffic
    .filter((record) => kind === "all" || (record.kind === "api") === (kind === "api"))
    .filter((record) => !isOneUser || record.openid === openid)
    .toReversed();
  const kinds: readonly (readonly [Kind, string])[] = [
    ["all", t.allTraffic],
    ["push", t.onlyPushes],
    ["api", t.onlyCalls],
  ];
  return (
    <>
      <div class="filters">
        <div class="segments" role="group" aria-label={t.traffic}>
          {kinds.map(([name, label]) => (
            <button key={name} type="button" aria-pressed={kind === name} onClick={() => setKind(name)}>
              {label}
            </button>
          ))}
        </div>
        <label class="check">
          <input type="checkbox" checked={isOneUser} onChange={(event) => setOneUser(event.currentTarget.checked)} />
          {t.thisUser}
        </label>
      </div>
      {shown.length === 0 && <p class="muted empty">{t.noTraffic}</p>}
      <ul class="records">
        {shown.map((record) => (
          <li key={record.id}>
            <RecordHead
              record={record}
              isPicked={picked === record.id}
              onPick={() => setPicked(picked === record.id ? null : record.id)}
            />
            {picked === record.id && <TrafficRecordView record={record} act={act} />}
          </li>
        ))}
      </ul>
    </>
  );
}

interface RecordHeadProps {
  readonly record: TrafficRecord;
  readonly isPicked: boolean;
  readonly onPick: () => void;
}

function RecordHead({ record, isPicked, onPick }: RecordHeadProps): JSX.Element {
  const { kind, label, at, ms } = record;
  const t = useTexts();
  const preview = previewOf(record);
  return (
    <button type="button" class="record" aria-expanded={isPicked} onClick={onPick}>
      <span class={`direction ${kind}`}>
        <Icon name={kind === "api" ? "into" : "out"} />
        <span>{kind === "api" ? "API" : kind === "push" ? "PUSH" : "GET"}</span>
      </span>
      <span class="record-label">
        {label}
        {preview !== "" && <span class="record-preview">{preview}</span>}
      </span>
      <span class={`verdict ${toneOf(record)}`}>{verdictOf(record, t)}</span>
      <span class="record-time">{exactTime(at)}</span>
      <span class="record-ms">{ms === null ? "…" : `${ms} ms`}</span>
    </button>
  );
}

const CONTENT = /<Content><!\[CDATA\[([\s\S]*?)\]\]>|"[cC]ontent"\s*:\s*"((?:[^"\\]|\\.)*)"/;

/** Returns the first 80 characters of a text message, pushed or sent; empty for any other exchange. */
function previewOf({ request }: TrafficRecord): string {
  const [, xml, json] = CONTENT.exec(request.plain ?? request.body) ?? [];
  return (xml ?? json?.replaceAll(String.raw`\n`, " ") ?? "").slice(0, 80);
}

/**
 * Returns the label of an exchange: the verdict, its errcode or status, and the simulated fault, if any. A fault with
 * the same name as the verdict is shown as "simulated".
 */
function verdictOf({ verdict, errcode, response, fault }: TrafficRecord, t: Texts): string {
  const words = verdict === "errcode" ? `errcode ${errcode ?? ""}` : verdict;
  const shown = verdict === "http" || verdict === "refused" ? `${words} ${response?.status ?? ""}` : words;
  return fault === undefined ? shown : `${shown} · ${fault === verdict ? t.simulated : fault}`;
}

function toneOf({ verdict }: TrafficRecord): "good" | "bad" | "open" {
  if (verdict === "pending") return "open";
  return verdict === "ok" || verdict === "success" || verdict === "transfer" || verdict === "echoed" ? "good" : "bad";
}
