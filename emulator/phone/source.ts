/** The note in the chat about the page a user came from; the traffic records show the whole text. */

/**
 * Returns the `session-from` without the data of a typed context (docs/how-to/page-context.md): its label, or the whole
 * text of a plain one.
 */
export function sourceOf(sessionFrom: string): string {
  return sessionFrom.replace(/(?:^| )kefu1["{].*$/s, "");
}
