/** Common parts of the views of the developer panel. */
import type { ComponentChildren, JSX } from "preact";
import { useTexts } from "./text.ts";

/**
 * Runs an action on the emulator and shows the result. `done` is shown on success; resolves to whether it succeeded.
 */
export type Act = (work: Promise<unknown>, done?: string) => Promise<boolean>;

/** Renders a box of the panel with a title. */
export function Box({
  title,
  children,
}: {
  readonly title: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <section class="box">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

/** Renders a checkbox that reveals or masks secrets. */
export function Reveal({ on, set }: { readonly on: boolean; readonly set: (on: boolean) => void }): JSX.Element {
  const t = useTexts();
  return (
    <label class="check">
      <input type="checkbox" checked={on} onChange={(event) => set(event.currentTarget.checked)} />
      {t.reveal}
    </label>
  );
}

interface ChoiceProps<T extends string | number> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly (readonly [value: T, label: string])[];
  readonly onChoose: (value: T) => void;
}

/** Renders a choice of one option, with a label above it. */
export function Choice<T extends string | number>({ label, value, options, onChoose }: ChoiceProps<T>): JSX.Element {
  return (
    <label class="field">
      <span>{label}</span>
      <select
        value={value}
        onChange={(event) => {
          const chosen = options.find(([option]) => String(option) === event.currentTarget.value);
          if (chosen !== undefined) onChoose(chosen[0]);
        }}
      >
        {options.map(([option, name]) => (
          <option key={option} value={option}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
