/** The data that a page or the shop's back end gave about a user. */
import type { JSX } from "preact";

/** Renders names and values under a title; nothing when there are none. */
export function Facts({ title, facts }: { readonly title: string; readonly facts: object | null }): JSX.Element | null {
  const entries = Object.entries(facts ?? {});
  if (entries.length === 0) return null;
  return (
    <>
      <p class="hint">{title}</p>
      <dl class="facts">
        {entries.map(([name, value]: readonly [string, unknown]) => (
          <div key={name} class="fact">
            <dt>{name}</dt>
            <dd>{typeof value === "string" ? value : JSON.stringify(value)}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
