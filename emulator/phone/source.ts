/** The note in the chat on where a user came from; the traffic records show the whole text. */

/**
 * The `session-from` without the data of a typed context (docs/how-to/page-context.md): its label, or the whole of a
 * plain text.
 */
export function sourceOf(sessionFrom: string): string {
  return sessionFrom.replace(/(?:^| )kefu1["{].*$/s, "");
}
