/**
 * Detects numbers: identity cards, bank cards, telephones, travel documents, verification codes; and company codes,
 * which are not masked.
 */
import { isCompanyCode, isIdCard, isOldIdCard, passesLuhn } from "./check-digits.ts";
import { freeRuns, hasWordBefore, unitsOf, wordBefore } from "./scan.ts";
import type { Candidate, Hit, Run, Scan } from "./scan.ts";

/** A number that was found, and how much of it is kept. */
interface Found {
  readonly kind: Hit["kind"];
  readonly start: number;
  /** The number of digits omitted before `head`: those of a country code. */
  readonly skipped?: number;
  readonly head: number;
  readonly stars: number;
  readonly tail: number;
}

type Detect = (candidate: Candidate, text: string) => Found | undefined;

const BEFORE_ID_CARD = wordBefore("身份证|证件");
const BEFORE_BANK_CARD = wordBefore("卡|银行|账号|账户");
const BEFORE_TRAVEL_DOCUMENT = wordBefore("护照|通行证|回乡证|台胞证|证件");
const AFTER_CODE = /^ ?[是为](?:您|你)?(?:本次)?的?(?:登录|注册|支付)?(?:验证|校验|动态|密码|口令)/;
/** The number of characters after a code that are searched for a word that names it. */
const AFTER_LENGTH = 12;
const BEFORE_CODE = wordBefore("验证|校验|动态|密码|口令");

/** Prefixes of UnionPay (62, 9558), Visa, MasterCard, JCB. */
const BANK_CARD_PREFIX = /^(?:62|4|5[1-5]|35|9558|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)/;
const BANK_CARD = /^\d{16,19}$/;
const MOBILE = /^(86|0086)?1[3-9]\d{9}$/;
const PLUS = /(?:^|[^0-9a-z])\+$/;
/** An area code of three digits begins with 01 or 02. */
const LANDLINE = /^0(?:[12]\d|[3-9]\d\d)\d{7,8}$/;
/** Passports, permits for Hong Kong, Macao and Taiwan, and permits of their residents. */
const TRAVEL_DOCUMENT = /^(?:[egdsphcm]\d{8}|e[a-hj-np-z]\d{7}|[chm]\d{9,10})$/;
const CODE = /^\d{4,8}$/;

/** Finds identity cards of 18 characters, and those of 15 digits after a word that names them. */
export const findIdCards = numbers((candidate, text) => {
  if (isIdCard(candidate.text)) return { kind: "id-card", start: candidate.start, head: 6, stars: 8, tail: 4 };
  if (candidate.isPart || !isOldIdCard(candidate.text) || !hasWordBefore(text, candidate.start, BEFORE_ID_CARD))
    return undefined;
  return { kind: "id-card", start: candidate.start, head: 6, stars: 6, tail: 3 };
});

/** Finds bank cards: a correct check digit, and a known prefix or a word before it that names it. */
export const findBankCards = numbers((candidate, text) => {
  const { text: digits, start, groups, isInside } = candidate;
  if (!BANK_CARD.test(digits)) return undefined;
  if (!BANK_CARD_PREFIX.test(digits) && !hasWordBefore(text, start, BEFORE_BANK_CARD)) return undefined;
  const isPlausible = groups.length === 1 || (!isInside && groups.slice(0, -1).every((length) => length >= 4));
  if (!isPlausible && !groups.every((length) => length === 1)) return undefined;
  if (!passesLuhn(digits)) return undefined;
  return { kind: "bank-card", start, head: 4, stars: digits.length - 8, tail: 4 };
});

/** Finds mobile numbers; a country code is masked with the number. */
export const findMobiles = numbers((candidate, text) => {
  const { text: digits, start, isInside, isPart } = candidate;
  const found = MOBILE.exec(digits);
  if (found === null || isInside || isPart) return undefined;
  const skipped = found[1]?.length ?? 0;
  if (!isMobileGrouped(candidate, skipped)) return undefined;
  // A + between two numbers is kept; otherwise the mask would join them.
  const hasPlus = skipped === 2 && PLUS.test(text.slice(Math.max(0, start - 2), start));
  return { kind: "mobile", start: hasPlus ? start - 1 : start, skipped, head: 3, stars: 4, tail: 4 };
});

/**
 * Returns whether the groups of digits may form one mobile number. 15 123456789 is two numbers; 139.196.123.45 is an
 * IP address.
 */
function isMobileGrouped({ groups, isUsual }: Candidate, skipped: number): boolean {
  const own = groups[0] === skipped ? groups.slice(1) : groups;
  if (!isUsual) return own.join(" ") === "3 4 4";
  return (own[0] ?? 0) >= 3 || own.every((length) => length === 1);
}

/** Finds landline numbers with area code. */
export const findLandlines = numbers(({ text: digits, start, groups, isInside, isPart }) => {
  if (!LANDLINE.test(digits) || isInside || isPart) return undefined;
  if (groups.some((length) => length < 3)) return undefined;
  return { kind: "landline", start, head: /^0[12]/.test(digits) ? 3 : 4, stars: 4, tail: 2 };
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

/** Finds verification codes and numeric passwords after a word that names them, or before it: 123456是您的验证码. */
export function findCodes(scan: Scan): readonly Hit[] {
  const before = freeRuns(scan).filter(({ text, end, isWhole }) => {
    return isWhole && CODE.test(text) && AFTER_CODE.test(scan.text.slice(end, end + AFTER_LENGTH));
  });
  return [...new Set([...runsAfter(scan, CODE, BEFORE_CODE), ...before])].map(({ start, end }) => ({
    kind: "code",
    start,
    end,
    mask: ["******"],
  }));
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
    for (let first = 0, free = 0; first < scan.runs.length; first += 1) {
      const isAfterHit = first > 0 && (first === free || scan.taken[scan.runs[first - 1]?.start ?? 0] === 1);
      for (const candidate of scan.candidates[first] ?? []) {
        // The text after a number that was found is not part of it.
        const found = detect(isAfterHit ? { ...candidate, isInside: false } : candidate, scan.text);
        if (found === undefined) continue;
        const units = unitsOf(scan, candidate);
        if (units.some((unit) => scan.taken[unit] === 1)) continue;
        hits.push(hide(found, units, candidate.end));
        first = candidate.lastRun;
        free = first + 1;
        // The numbers in a run with letters do not overlap.
        if (!candidate.isPart) break;
      }
    }
    return hits;
  };
}

/** Masks the middle of a number; the first and last digits are kept, its separators are not. */
function hide({ kind, start, skipped = 0, head, stars, tail }: Found, units: readonly number[], end: number): Hit {
  const mask = [...units.slice(skipped, skipped + head), "*".repeat(stars), ...units.slice(-tail)];
  return { kind, start, end, mask };
}
