/** A switch with its label. */
import type { JSX } from "preact";

interface ToggleProps {
  readonly label: string;
  readonly hint?: string;
  readonly isOn: boolean;
  readonly onToggle: (isOn: boolean) => void;
}

/** Renders a switch; the whole row can be pressed. */
export function Toggle({ label, hint, isOn, onToggle }: ToggleProps): JSX.Element {
  return (
    <label class="toggle">
      <span>
        {label}
        {hint !== undefined && <span class="muted">{hint}</span>}
      </span>
      <input
        type="checkbox"
        role="switch"
        checked={isOn}
        onChange={(event) => {
          const { checked } = event.currentTarget;
          // The switch changes only after the emulator has answered.
          event.currentTarget.checked = isOn;
          onToggle(checked);
        }}
      />
    </label>
  );
}
