/**
 * Personal data in texts that people wrote: what there is of it, and the text with all of it masked
 * (docs/design/0024-personal-data.md). For what is shown in lists, logs and exports, never for what is sent or stored.
 */
import { fold, spanInOriginal, toStars, type Span, type TextForm } from "./fold.ts";
import { findAddresses } from "./personal/address.ts";
import {
  findBankCards,
  findCodes,
  findCompanyCodes,
  findIdCards,
  findLandlines,
  findMobiles,
  findTravelDocuments,
} from "./personal/numbers.ts";
import { createScan, type Hit, type PersonalKind, type Scan } from "./personal/scan.ts";
import { findEmails, findNames, findPlates } from "./personal/words.ts";

export type { PersonalKind } from "./personal/scan.ts";

/** A stretch of a text that is personal data. */
export interface PersonalData extends Span {
  readonly kind: PersonalKind;
  /** What is shown in its place. */
  readonly mask: string;
}

/**
 * In this order: a number that proves itself comes before one that only has a form, since an identity card contains what
 * looks like a mobile number. What one has found, later ones do not see.
 */
const DETECTORS: readonly ((scan: Scan) => readonly Hit[])[] = [
  findIdCards,
  findCompanyCodes,
  findBankCards,
  findMobiles,
  findEmails,
  findLandlines,
  findPlates,
  findTravelDocuments,
  findCodes,
  findAddresses,
  findNames,
];

/**
 * Finds the personal data of a text, whatever width, case and separators it is written with.
 *
 * @returns in the order of the text; positions are those of `text`
 */
export function findPersonalData(text: string): readonly PersonalData[] {
  const form = fold(text);
  const scan = createScan(form.text);
  const found: PersonalData[] = [];
  for (const detect of DETECTORS) {
    for (const hit of detect(scan)) {
      scan.taken.fill(1, hit.start, hit.end);
      if (hit.kind !== "company") found.push(toPersonalData(text, form, hit.kind, hit));
    }
  }
  return found.sort((left, right) => left.start - right.start);
}

/** The text with its personal data masked; unchanged when there is none. Masking again changes nothing. */
export function maskPersonalData(text: string): string {
  let masked = "";
  let end = 0;
  for (const found of findPersonalData(text)) {
    masked += text.slice(end, found.start) + found.mask;
    end = Math.max(end, found.end);
  }
  return masked + text.slice(end);
}

/** A name from a field: its first character, and a star for each other one; a star for a name of one character. */
export function maskName(name: string): string {
  const [first = "", ...rest] = Array.from(name);
  return rest.length > 0 ? first + "*".repeat(rest.length) : toStars(first);
}

/** An id from a field, such as an openid or a token: stars and its last four characters. */
export function maskId(id: string): string {
  return id.length > 8 ? `****${id.slice(-4)}` : "****";
}

function toPersonalData(text: string, form: TextForm, kind: PersonalKind, hit: Hit): PersonalData {
  const { start, end } = spanInOriginal(form, hit);
  const mask = hit.mask?.map((part) => (typeof part === "string" ? part : keptUnit(text, form, part))).join("");
  return { kind, start, end, mask: mask ?? toStars(text.slice(start, end)) };
}

/** A unit as it was written; as it was folded when it is one of several that a single character became. */
function keptUnit(text: string, form: TextForm, unit: number): string {
  const { start, end } = spanInOriginal(form, { start: unit, end: unit + 1 });
  const isAlone = form.from[unit - 1] !== start && form.from[unit + 1] !== start;
  return isAlone ? text.slice(start, end) : form.text.charAt(unit);
}
