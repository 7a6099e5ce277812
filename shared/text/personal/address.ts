/**
 * Detects postal addresses: three or more consecutive parts, each ending in a word for a place (省 市 区 路 …) or, after a
 * number, in a word for a building or room (号 栋 室 …), with at least one number. Province, city and district are not
 * masked.
 */
import { restOf, type Hit, type Scan } from "./scan.ts";

const WORD = /[省市区县镇乡村]|街道|大道|[路街道巷弄段]|号楼|号院|[号栋幢座室楼层]|单元/g;
/** Words that follow a number. */
const NUMBERED = new Set(["号楼", "号院", "号", "栋", "幢", "座", "室", "楼", "层", "单元"]);
/** Words that follow a name or a number: 安福弄, 100弄. */
const EITHER = new Set(["巷", "弄"]);
/** Characters before the number of a building: 甲90号. */
const BEFORE_NUMBER = /[甲乙丙丁附]/;
const DIGIT = /[0-9]/;
/** Words of the parts that are not masked. */
const REGIONS = new Set(["省", "市", "区", "县"]);
/** 小区 and similar words are not districts. */
const NO_DISTRICT = /[小社园校厂景库片]/;
const HAN = /\p{Script=Han}/u;
const NUMBER = /[0-9a-z零一二三四五六七八九十百-]/;
const NUMBER_OR_STAR = /[0-9a-z零一二三四五六七八九十百*-]/;
const MAX_NAME = 8;
const MAX_NUMBER = 6;
const MIN_PARTS = 3;
/** Characters before an address that do not belong to its first name. */
const BEFORE_ADDRESS = "址住在到寄是给为往送";
const GAP = /[ ,、]/;

/** Consecutive parts of an address. */
interface Chain {
  /** Where the masked range begins: after the regions, or at the first name. */
  readonly start: number;
  readonly end: number;
  readonly parts: number;
  readonly hasNumber: boolean;
  /** Whether the chain contains a name. Without one, as in 3号楼2单元101室, it identifies no place. */
  readonly hasName: boolean;
  /** The word of the chain's first part. */
  readonly word: string;
  /** Whether the chain contains a second, different word. 1号2号3号 has only one: it is a list of days. */
  readonly isMixed: boolean;
  /** Whether all parts so far are regions. */
  readonly isRegion: boolean;
}

const NOTHING: Chain = {
  start: 0,
  end: 0,
  parts: 0,
  hasNumber: false,
  hasName: false,
  word: "",
  isMixed: false,
  isRegion: true,
};

/** Finds postal addresses; the masked range begins after province, city and district. */
export function findAddresses(scan: Scan): readonly Hit[] {
  const rest = restOf(scan);
  const chains: Chain[] = [];
  let chain = NOTHING;
  for (const { 0: word, index } of rest.matchAll(WORD)) {
    const start = startOfPart(rest, word, index, chain.end);
    if (start === index) continue;
    const isNext = start === chain.end || (start === chain.end + 1 && GAP.test(rest.charAt(chain.end)));
    if (!isNext) chains.push(chain);
    const before = isNext && chain.parts > 0 ? chain : { ...NOTHING, word, start: afterVerb(rest, start, index) };
    const isNumber = NUMBERED.has(word) || isNumberBefore(rest, word, index);
    chain = extend(before, word, index + word.length, isNumber, NO_DISTRICT.test(rest.charAt(index - 1)));
  }
  return [...chains, chain]
    .filter(({ parts, hasNumber, hasName, isMixed }) => parts >= MIN_PARTS && hasNumber && hasName && isMixed)
    .map(({ start, end }) => {
      return { kind: "address", start: GAP.test(rest.charAt(start)) ? start + 1 : start, end: endOfNumber(rest, end) };
    });
}

function extend(chain: Chain, word: string, end: number, isNumber: boolean, isNoDistrict: boolean): Chain {
  const isRegion = chain.isRegion && REGIONS.has(word) && !(word === "区" && isNoDistrict);
  return {
    start: isRegion ? end : chain.start,
    end,
    parts: chain.parts + 1,
    hasNumber: chain.hasNumber || isNumber,
    hasName: chain.hasName || !isNumber,
    word: chain.word,
    isMixed: chain.isMixed || word !== chain.word,
    isRegion,
  };
}

/** Returns where the name or number before a word begins; the word's own position when there is none. */
function startOfPart(text: string, word: string, at: number, floor: number): number {
  const isNumber = NUMBERED.has(word) || isNumberBefore(text, word, at);
  const [character, most] = isNumber ? [NUMBER, MAX_NUMBER] : [HAN, MAX_NAME];
  // One space may separate the number from the word: 37 号.
  const end = isNumber && text.charAt(at - 1) === " " && DIGIT.test(text.charAt(at - 2)) ? at - 1 : at;
  let start = end;
  while (start > floor && end - start < most && character.test(text.charAt(start - 1))) start -= 1;
  if (!isNumber) return start;
  // A longer number is not a building number, and a number next to a star is the rest of a masked number.
  if (start === end || NUMBER_OR_STAR.test(text.charAt(start - 1))) return at;
  return start > floor && BEFORE_NUMBER.test(text.charAt(start - 1)) ? start - 1 : start;
}

function isNumberBefore(text: string, word: string, at: number): boolean {
  return EITHER.has(word) && DIGIT.test(text.charAt(at - 1));
}

/** Returns where the first name of an address begins: after a verb before it. */
function afterVerb(text: string, start: number, wordAt: number): number {
  for (let at = wordAt - 1; at > start; at -= 1) if (BEFORE_ADDRESS.includes(text.charAt(at - 1))) return at;
  return start;
}

/** Returns the end of the range, extended by a number after the last word, such as a room without 室. */
function endOfNumber(text: string, end: number): number {
  let last = end;
  while (last - end < MAX_NUMBER && /[0-9a-z-]/.test(text.charAt(last))) last += 1;
  return NUMBER_OR_STAR.test(text.charAt(last)) ? end : last;
}
