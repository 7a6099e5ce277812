/**
 * Detects numbers: identity cards, bank cards, telephones, travel documents, verification codes; and company codes,
 * which are not masked.
 */
import { isCompanyCode, isIdCard, isOldIdCard, passesLuhn } from "./check-digits.ts";
import { candidatesFrom, freeRuns, hasWordBefore, wordBefore } from "./scan.ts";
import type { Candidate, Hit, Run, Scan } from "./scan.ts";

type Detect = (candidate: Candidate, text: string) => Hit | undefined;

const BEFORE_ID_CARD = wordBefore("身份证|证件");
const BEFORE_BANK_CARD = wordBefore("卡|银行|账号|账户");
const BEFORE_TRAVEL_DOCUMENT = wordBefore("护照|通行证|回乡证|台胞证|证件");
const BEFORE_CODE = wordBefore("验证|校验|动态|密码|口令");

/** Prefixes of UnionPay (62, 9558), Visa, MasterCard, JCB. */
const BANK_CARD_PREFIX = /^(?:62|4|5[1-5]|35|9558|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)/;
const BANK_CARD = /^\d{16,19}$/;
const MOBILE = /^(86|0086)?1[3-9]\d{9}$/;
const MOBILE_DIGITS = 11;
/** An area code of three digits begins with 01 or 02. */
const LANDLINE = /^0(?:[12]\d|[3-9]\d\d)\d{7,8}$/;
/** Passports, permits for Hong Kong, Macao and Taiwan, and permits of their residents. */
const TRAVEL_DOCUMENT = /^(?:[egdsphcm]\d{8}|e[a-hj-np-z]\d{7}|[chm]\d{9,10})$/;
const CODE = /^\d{4,8}$/;

/** Finds identity cards of 18 characters, and those of 15 digits after a word that names them. */
export const findIdCards = numbers((candidate, text) => {
  if (isIdCard(candidate.text)) return hide("id-card", candidate, 6, 8, 4);
  if (!isOldIdCard(candidate.text) || !hasWordBefore(text, candidate.start, BEFORE_ID_CARD)) return undefined;
  return hide("id-card", candidate, 6, 6, 3);
});

/** Finds bank cards: a correct check digit, and a known prefix or a word before it that names it. */
export const findBankCards = numbers((candidate, text) => {
  const { text: digits, start } = candidate;
  if (!BANK_CARD.test(digits) || !passesLuhn(digits)) return undefined;
  if (!BANK_CARD_PREFIX.test(digits) && !hasWordBefore(text, start, BEFORE_BANK_CARD)) return undefined;
  return hide("bank-card", candidate, 4, digits.length - 8, 4);
});

/** Finds mobile numbers; a country code is masked with the number. */
export const findMobiles = numbers(({ text: digits, units, start, end }, text) => {
  const found = MOBILE.exec(digits);
  if (found === null) return undefined;
  const isShortCode = found[1] === "86";
  if (isShortCode && text[start - 1] !== "+") return undefined;
  return hide("mobile", { units: units.slice(-MOBILE_DIGITS), start: isShortCode ? start - 1 : start, end }, 3, 4, 4);
});

/** Finds landline numbers with area code. */
export const findLandlines = numbers((candidate) => {
  const { text: digits } = candidate;
  if (!LANDLINE.test(digits)) return undefined;
  return hide("landline", candidate, /^0[12]/.test(digits) ? 3 : 4, 4, 2);
});

/** Finds company codes. */
export function findCompanyCodes(scan: Scan): readonly Hit[] {
  return freeRuns(scan)
    .filter(({ text }) => text.length === 18 && isCompanyCode(text))
    .map(({ start, end }) => ({ kind: "company", start, end }));
}

/** Finds passports and travel permits after a word that names them. */
export function findTravelDocuments(scan: Scan): readonly Hit[] {
  return runsAfter(scan, TRAVEL_DOCUMENT, BEFORE_TRAVEL_DOCUMENT).map(({ start, end }) => {
    return { kind: "travel-document", start, end, mask: [start, start + 1, "*".repeat(end - start - 2)] };
  });
}

/** Finds verification codes and numeric passwords after a word that names them. */
export function findCodes(scan: Scan): readonly Hit[] {
  return runsAfter(scan, CODE, BEFORE_CODE).map(({ start, end }) => ({ kind: "code", start, end, mask: ["******"] }));
}

function runsAfter(scan: Scan, form: RegExp, word: RegExp): readonly Run[] {
  return freeRuns(scan).filter((run) => {
    return run.isWhole && form.test(run.text) && hasWordBefore(scan.text, run.start, word);
  });
}

/** Creates a detector that tries the numbers beginning with each run, and continues after the first one found. */
function numbers(detect: Detect): (scan: Scan) => readonly Hit[] {
  return (scan) => {
    const hits: Hit[] = [];
    for (let first = 0; first < scan.runs.length; first += 1) {
      for (const candidate of candidatesFrom(scan, first)) {
        const hit = detect(candidate, scan.text);
        if (hit === undefined) continue;
        hits.push(hit);
        first = candidate.lastRun;
        break;
      }
    }
    return hits;
  };
}

/** Masks the middle of a number; the first and last digits are kept, its separators are not. */
function hide(
  kind: Hit["kind"],
  { units, start, end }: Pick<Candidate, "units" | "start" | "end">,
  head: number,
  stars: number,
  tail: number,
): Hit {
  return { kind, start, end, mask: [...units.slice(0, head), "*".repeat(stars), ...units.slice(-tail)] };
}
