/** Where a user came in, as the note in the chat says it; the records show the whole text. */

/** The `session-from` without the data of a typed context (docs/how-to/page-context.md): its label, or all of a plain text. */
export function sourceOf(sessionFrom: string): string {
  return sessionFrom.replace(/(?:^| )kefu1["{].*$/s, "");
}
