/** The reason why a command of a dialog failed. */
import type { JSX } from "preact";
import { Icon } from "./icons.tsx";

/** Renders the reason, which is announced; null: no reason. */
export function Problem({ text }: { readonly text: string | null }): JSX.Element {
  return (
    <div role="alert">
      {text !== null && (
        <p class="hint bad">
          <Icon name="alert" />
          {text}
        </p>
      )}
    </div>
  );
}
