/**
 * Finds and masks personal data in texts written by people (docs/design/0024-personal-data.md). For texts shown in
 * lists, logs and exports; texts that are sent or stored are never masked.
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

/** A range of a text that is personal data. */
export interface PersonalData extends Span {
  readonly kind: PersonalKind;
  /** The text shown instead. */
  readonly mask: string;
}

/**
 * In this order: numbers with a check digit before numbers recognised by their form only, because an identity card
 * number contains what looks like a mobile number. What one detector found is hidden from the following ones.
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
 * Finds the personal data of a text in any width, case and separation.
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

/** Masks the personal data of a text; returns it unchanged when it contains none. Masking again changes nothing. */
export function maskPersonalData(text: string): string {
  let masked = "";
  let end = 0;
  for (const found of findPersonalData(text)) {
    masked += text.slice(end, found.start) + found.mask;
    end = Math.max(end, found.end);
  }
  return masked + text.slice(end);
}

/**
 * Masks a name from a field: keeps the first character and replaces each other one by a star; a name of one character
 * becomes a star.
 */
export function maskName(name: string): string {
  const [first = "", ...rest] = Array.from(name);
  return rest.length > 0 ? first + "*".repeat(rest.length) : toStars(first);
}

function toPersonalData(text: string, form: TextForm, kind: PersonalKind, hit: Hit): PersonalData {
  const { start, end } = spanInOriginal(form, hit);
  const mask = hit.mask?.map((part) => (typeof part === "string" ? part : keptUnit(text, form, part))).join("");
  return { kind, start, end, mask: mask ?? toStars(text.slice(start, end)) };
}

/**
 * Returns the character at a unit as the original text has it, or as the folded text has it when one original
 * character became several units.
 */
function keptUnit(text: string, form: TextForm, unit: number): string {
  const { start, end } = spanInOriginal(form, { start: unit, end: unit + 1 });
  const isAlone = form.from[unit - 1] !== start && form.from[unit + 1] !== start;
  return isAlone ? text.slice(start, end) : form.text.charAt(unit);
}
