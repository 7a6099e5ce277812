/** A dialog over the page, using the browser's modal dialog, which handles focus and Escape. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface SheetProps {
  readonly name: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  /** Additional buttons beside the close button. */
  readonly actions?: ComponentChildren;
  /** The label of the close button. */
  readonly closeLabel: string;
}

/** Renders a dialog, which is open while it is rendered. */
export function Sheet({ name, onClose, children, actions, closeLabel }: SheetProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class="sheet" aria-label={name} onClose={onClose}>
      <h2>{name}</h2>
      {children}
      <div class="buttons">
        <button type="button" class="button" onClick={() => dialog.current?.close()}>
          {closeLabel}
        </button>
        {actions}
      </div>
    </dialog>
  );
}
