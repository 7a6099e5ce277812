/**
 * Creates a test whether a whole text consists of the pieces in order, with anything between them; a single piece must
 * equal the text. Each piece is matched at its first occurrence. With `*` as the only wildcard this is always correct,
 * so no backtracking is needed.
 */
export function createPatternTest(pieces: readonly string[]): (text: string) => boolean {
  const [first = "", ...rest] = pieces;
  const last = rest.pop();
  if (last === undefined) return (text) => text === first;
  return (text) => {
    const end = text.length - last.length;
    if (end < first.length || !text.startsWith(first) || !text.endsWith(last)) return false;
    let at = first.length;
    for (const piece of rest) {
      const found = text.indexOf(piece, at);
      if (found === -1 || found + piece.length > end) return false;
      at = found + piece.length;
    }
    return true;
  };
}
