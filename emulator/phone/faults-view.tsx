/** The panel for simulated failures. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { EmulatedApp, FaultKind, FaultRequest, FaultTarget } from "../model.ts";
import { control } from "./api.ts";
import { type Act, Box, Choice } from "./panel-parts.tsx";
import { useTexts, type Texts } from "./text.ts";
import { Toggle } from "./toggle.tsx";
import { isUnreachable, reachable, unreachable } from "./unreachable.ts";

interface FaultsViewProps {
  readonly faults: readonly FaultRequest[];
  readonly app: EmulatedApp;
  readonly act: Act;
}

/** Renders two switches for lasting failures, a form that adds a fault, and the active faults. */
export function FaultsView({ faults, app, act }: FaultsViewProps): JSX.Element {
  const t = useTexts();
  const isDead = faults.some(isDeadForGood);
  const setDead = async (on: boolean): Promise<void> => {
    if (on) return control.fault({ fault: "dead" });
    await keepOnly(faults.filter((fault) => !isDeadForGood(fault)));
  };
  const { appid, pushUrl } = app;
  return (
    <div class="cards">
      <Box title={t.faults}>
        <Toggle label={t.dead} isOn={isDead} onToggle={(on) => void act(setDead(on))} />
        <Toggle
          label={t.unreachable}
          hint={t.unreachableNote}
          isOn={isUnreachable(pushUrl)}
          onToggle={(on) => void act(control.app({ appid, pushUrl: on ? unreachable(pushUrl) : reachable(pushUrl) }))}
        />
      </Box>
      <AddFault act={act} />
      <Box title={t.activeFaults}>
        {faults.length === 0 && <p class="muted">{t.noFaults}</p>}
        <ul class="chips">
          {faults.map((fault, index) => (
            <li key={index}>{describe(fault, t)}</li>
          ))}
        </ul>
        {faults.length > 0 && (
          <button type="button" class="button small" onClick={() => void act(control.clearFaults())}>
            {t.clearFaults}
          </button>
        )}
      </Box>
    </div>
  );
}

/** Returns whether a fault is the one set by a switch: it lasts until the switch is turned off. */
function isDeadForGood(fault: FaultRequest): boolean {
  return fault.fault === "dead" && (fault.target ?? "any") === "any" && fault.times === undefined;
}

/** Clears all faults, then adds the given ones: the control interface cannot remove a single fault. */
async function keepOnly(faults: readonly FaultRequest[]): Promise<void> {
  await control.clearFaults();
  for (const fault of faults) await control.fault(fault);
}

function AddFault({ act }: { readonly act: Act }): JSX.Element {
  const t = useTexts();
  const kinds = faultKinds(t);
  const targets = targetNames(t);
  const [kind, setKind] = useState(0);
  const [target, setTarget] = useState<FaultTarget>("send");
  const [times, setTimes] = useState(1);
  const add = (): void => {
    const chosen = kinds[kind]?.[1];
    if (chosen === undefined) return;
    void act(control.fault({ ...chosen, target, ...(times > 0 && { times }) }));
  };
  return (
    <Box title={t.addFault}>
      <div class="fields">
        <Choice
          label={t.faultKind}
          value={kind}
          options={kinds.map(([name], index) => [index, name] as const)}
          onChoose={setKind}
        />
        <Choice label={t.faultTarget} value={target} options={targets} onChoose={setTarget} />
        <Choice
          label={t.faultTimes}
          value={times}
          options={[
            [1, t.once],
            [3, t.thrice],
            [0, t.untilCleared],
          ]}
          onChoose={setTimes}
        />
      </div>
      <button type="button" class="button small" onClick={add}>
        {t.addFault}
      </button>
    </Box>
  );
}

function faultKinds(t: Texts): readonly (readonly [name: string, fault: FaultKind])[] {
  return [
    [t.faultBusy, { fault: "errcode", errcode: -1 }],
    [t.faultToken, { fault: "errcode", errcode: 40001 }],
    [t.faultOver, { fault: "errcode", errcode: 45047 }],
    [t.faultDaily, { fault: "errcode", errcode: 45009 }],
    [t.faultBanned, { fault: "errcode", errcode: 48001 }],
    [t.faultSlow, { fault: "slow", delayMs: 3_000 }],
    [t.fault502, { fault: "http", status: 502 }],
    [t.faultDropBefore, { fault: "drop", when: "before" }],
    [t.faultDropAfter, { fault: "drop", when: "after" }],
  ];
}

function targetNames(t: Texts): readonly (readonly [FaultTarget, string])[] {
  return [
    ["any", t.targetAny],
    ["token", t.targetToken],
    ["send", t.targetSend],
    ["typing", t.targetTyping],
    ["upload", t.targetUpload],
    ["download", t.targetDownload],
  ];
}

function describe(fault: FaultRequest, t: Texts): string {
  const target = targetNames(t).find(([name]) => name === (fault.target ?? "any"))?.[1] ?? "";
  const times = fault.times === undefined ? t.untilCleared : `×${fault.times}`;
  const same = JSON.stringify;
  const known = faultKinds(t).find(([, { fault: kind, ...rest }]) => {
    return (
      kind === fault.fault &&
      Object.entries(rest).every(([name, value]) => same(value) === same(fault[name as keyof FaultRequest]))
    );
  });
  const name = fault.fault === "dead" ? t.dead : (known?.[0] ?? fault.fault);
  return `${name} · ${target} · ${times}`;
}
