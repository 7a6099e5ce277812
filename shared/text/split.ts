/**
 * Splits a long text into messages that WeChat accepts (WECHAT.md §4.3). Cuts are made after a line, a sentence or a
 * space when one is near, never inside a grapheme, and never inside `<a …>…</a>` (WECHAT.md §4.2). White space at a cut
 * stays at the end of the earlier part; white space that does not fit there is dropped, so that no later part begins
 * with an empty line or a space (the indentation of a line is kept). Parts without a visible character are dropped:
 * WeChat would refuse them, and the parts after them would not be sent. Apart from that, the joined parts equal the
 * text.
 */
import { err, ok, type Result } from "../base/result.ts";
import { isVisibleMessage } from "../base/visible.ts";
import { splitGraphemes } from "./graphemes.ts";
import { textSize, type TextUnit } from "./size.ts";

/**
 * Why a text cannot be split: a link is larger than a message, or more messages would be needed than allowed (`actual`
 * is the minimum).
 */
export type SplitProblem =
  | { readonly reason: "anchor_too_long"; readonly limit: number; readonly actual: number; readonly unit: TextUnit }
  | { readonly reason: "too_many_parts"; readonly limit: number; readonly actual: number };

/** A piece that is not split, its size, and the rating of a cut after it (0 none … 3 end of line). */
interface Atom {
  readonly text: string;
  readonly size: number;
  readonly strength: number;
}

/**
 * The fraction of a message that must be filled before a cut at the end of a line or sentence is preferred; larger
 * fractions are tried next.
 */
const FILL_STEPS = [0.5, 0.75, 0.9] as const;

const LINE_END = 3;
const SENTENCE_END = 2;
const WORD_END = 1;

const SENTENCE_MARK = /^[。！？；…]/u;
/** Marks that end a sentence only before a space, because they also occur inside URLs and numbers. */
const ASCII_SENTENCE_MARK = /^[.!?;]$/;
const CLOSING_MARK = /^[”’」』）)》】]/u;

/**
 * Splits a text into parts within a size limit.
 *
 * @param content any text; one that fits is returned unchanged, a longer one without blank space at its end
 * @param limit the maximum size of one part, in `unit`; at least 4 (one code point in UTF-8)
 * @param unit the unit of `limit`
 * @param maxParts the maximum number of parts, at least 1
 * @returns the parts in order (none when nothing in a longer text is visible), as few parts as possible, cut at the
 * best places for that number, or `anchor_too_long` / `too_many_parts`
 * @throws RangeError when `limit` or `maxParts` is less than allowed
 */
export function splitText(
  content: string,
  limit: number,
  unit: TextUnit,
  maxParts: number,
): Result<string[], SplitProblem> {
  if (!(limit >= 4) || !(maxParts >= 1)) throw new RangeError("limit must be at least 4 and maxParts at least 1");
  // A UTF-16 unit has at most 3 bytes in UTF-8, so short texts need not be measured.
  if (content.length * 3 <= limit) return ok([content]);
  if (textSize(content, unit) <= limit) return ok([content]);

  const atoms = toAtoms(content.trimEnd(), limit, unit);
  if (!atoms.ok) return atoms;
  // The minimum number of parts is used, because each part uses one of the few replies that WeChat allows.
  const fewest = pack(atoms.value, limit, limit);
  if (fewest.length > maxParts) return err({ reason: "too_many_parts", limit: maxParts, actual: fewest.length });
  for (const fill of FILL_STEPS) {
    const parts = pack(atoms.value, limit, fill * limit);
    if (parts.length <= fewest.length) return ok(parts);
  }
  return ok(fewest);
}

/**
 * Fills one part after another, and drops parts without a visible character. Of the cuts after at least `least` of a
 * part it chooses the one with the highest rating, and of those the last.
 */
function pack(atoms: readonly Atom[], limit: number, least: number): string[] {
  const parts: string[] = [];
  let start = 0;
  while (start < atoms.length) {
    const end = bestCut(atoms, start, limit, least);
    const part = atoms.slice(start, end).map((atom) => atom.text);
    parts.push(part.join(""));
    start = afterBlanks(atoms, end);
  }
  return parts.filter(isVisibleMessage);
}

/** Returns the index after the last atom of the part that begins at `start`. */
function bestCut(atoms: readonly Atom[], start: number, limit: number, least: number): number {
  let size = 0;
  let best = { strength: 0, end: start };
  for (const [offset, atom] of atoms.slice(start, start + limit + 1).entries()) {
    const end = start + offset;
    if (size + atom.size > limit) return best.strength > 0 ? best.end : end;
    size += atom.size;
    if (size >= least && atom.strength > 0 && atom.strength >= best.strength) {
      best = { strength: atom.strength, end: end + 1 };
    }
  }
  return atoms.length;
}

/**
 * Returns the start of the next part: after the remaining white space at a cut, but before the indentation of a line.
 *
 * @param cut the index after the last atom of a part
 */
function afterBlanks(atoms: readonly Atom[], cut: number): number {
  let end = cut;
  let start = atoms[cut - 1]?.strength === LINE_END ? cut : undefined;
  while (end < atoms.length && /^\s+$/.test(atoms[end]?.text ?? "")) {
    end += 1;
    if (atoms[end - 1]?.strength === LINE_END) start = end;
  }
  return start ?? end;
}

/**
 * Returns the pieces of a text that must stay whole: links, graphemes, and the code points of a grapheme that is too
 * large for a message.
 */
function toAtoms(content: string, limit: number, unit: TextUnit): Result<Atom[], SplitProblem> {
  const pieces: string[] = [];
  for (const piece of wholePieces(content)) {
    const actual = textSize(piece.text, unit);
    if (actual <= limit) pieces.push(piece.text);
    else if (piece.isAnchor) return err({ reason: "anchor_too_long", limit, actual, unit });
    else for (const character of piece.text) pieces.push(character);
  }
  return ok(weighCuts(pieces, unit));
}

/**
 * Returns graphemes, with those of one anchor joined. A grapheme that extends over an anchor's edge belongs to the
 * anchor.
 */
function wholePieces(content: string): { text: string; isAnchor: boolean }[] {
  const anchors = findAnchors(content);
  const pieces: { text: string; isAnchor: boolean }[] = [];
  let at = 0;
  let next = 0;
  let open = "";
  for (const grapheme of splitGraphemes(content)) {
    at += grapheme.length;
    open += grapheme;
    const anchor = anchors[next];
    if (anchor !== undefined && at > anchor.start && at < anchor.end) continue;
    const isAnchor = anchor !== undefined && at >= anchor.end;
    pieces.push({ text: open, isAnchor });
    open = "";
    if (isAnchor) next += 1;
  }
  return pieces;
}

/** Finds the start and end of each `<a …>…</a>` in a text. An opening tag that is never closed is plain text. */
function findAnchors(content: string): { start: number; end: number }[] {
  const opening = /<a[\s>]/gi;
  const closing = /<\/a\s*>/gi;
  const anchors: { start: number; end: number }[] = [];
  for (let open = opening.exec(content); open !== null; open = opening.exec(content)) {
    closing.lastIndex = opening.lastIndex;
    if (closing.exec(content) === null) return anchors;
    anchors.push({ start: open.index, end: closing.lastIndex });
    opening.lastIndex = closing.lastIndex;
  }
  return anchors;
}

/**
 * Rates the cut after each piece. The marks that end a sentence, the quotation marks they close and the space after
 * them stay together.
 */
function weighCuts(pieces: readonly string[], unit: TextUnit): Atom[] {
  const atoms: Atom[] = [];
  let strength = 0;
  for (const [index, text] of pieces.entries()) {
    const next = pieces[index + 1] ?? "";
    strength = strengthAfter(text, next, strength);
    const goesOn = strength === SENTENCE_END && (CLOSING_MARK.test(next) || SENTENCE_MARK.test(next));
    atoms.push({ text, size: textSize(text, unit), strength: goesOn ? 0 : strength });
  }
  return atoms;
}

/** Rates a cut between `piece` and `next`, when the cut before `piece` has the rating `before`. */
function strengthAfter(piece: string, next: string, before: number): number {
  if (/[\n\r\u2028\u2029]$/.test(piece)) return LINE_END;
  if (SENTENCE_MARK.test(piece)) return SENTENCE_END;
  if (ASCII_SENTENCE_MARK.test(piece) && /^\s/.test(next)) return SENTENCE_END;
  if (/^\s/.test(piece)) return before === SENTENCE_END ? SENTENCE_END : WORD_END;
  return before === SENTENCE_END && CLOSING_MARK.test(piece) ? SENTENCE_END : 0;
}
