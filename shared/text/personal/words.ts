/** Detects e-mail addresses, number plates, and names after an introducing word. */
import { restOf, type Hit, type Scan } from "./scan.ts";

const LOCAL_CHARACTER = /[a-z0-9._%+-]/;
const MAX_LOCAL = 64;
const HOST_CHARACTER = /[a-z0-9.-]/;
const MAX_HOST = 253;
const HOST = /^(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}$/;

/**
 * A province (31), a letter, and five or six letters or digits, of which the last may be one of a few Chinese
 * characters.
 */
const PLATE =
  /[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][a-hj-np-z][·•. -]?([a-hj-np-z0-9]{4,5}[a-hj-np-z0-9挂学警港澳])(?![0-9a-z*])/g;
const MIN_PLATE_DIGITS = 3;

/** Characters that cannot begin a name, but often follow an introducing word. */
const NO_NAME = "你您我他她它们不没什啥这是和与及或请怎在的吗呢了着填写错";
/** Words that end a name that directly precedes them. */
const AFTER_NAME = "姓名|我叫|收件|收货|联系|电话|手机|地址|身份证|住";
const NAME = new RegExp(
  String.raw`(?:我叫|姓名|收件人|收货人|联系人)(?:姓名|是|为|叫|[\s:]){0,3}(?![${NO_NAME}])((?:(?!${AFTER_NAME})\p{Script=Han}){2,4})`,
  "dgu",
);

/** Finds e-mail addresses; the part before the @ is masked. */
export function findEmails(scan: Scan): readonly Hit[] {
  const rest = restOf(scan);
  const hits: Hit[] = [];
  for (let at = rest.indexOf("@"); at !== -1; at = rest.indexOf("@", at + 1)) {
    const start = localStart(rest, at);
    const before = rest.charAt(start - 1);
    if (start === at || before === "*" || before === "@" || LOCAL_CHARACTER.test(before)) continue;
    if (!hasHostAfter(rest, at)) continue;
    hits.push({ kind: "email", start, end: at, mask: at - start < 3 ? [start, "*"] : [start, "***", at - 1] });
  }
  return hits;
}

/** Finds number plates; province, first letter and the last two characters are kept. */
export function findPlates(scan: Scan): readonly Hit[] {
  return Array.from(restOf(scan).matchAll(PLATE)).flatMap(({ 0: plate, 1: number = "", index }): readonly Hit[] => {
    if (number.replace(/\D/g, "").length < MIN_PLATE_DIGITS) return [];
    const end = index + plate.length;
    const mask = ["*".repeat(number.length - 2), end - 2, end - 1];
    return [{ kind: "plate", start: end - number.length, end, mask }];
  });
}

/** Finds names after an introducing word; the first character is kept. */
export function findNames(scan: Scan): readonly Hit[] {
  return Array.from(restOf(scan).matchAll(NAME)).map(({ 1: name = "", indices }): Hit => {
    const [start, end] = indices?.[1] ?? [0, 0];
    const [surname = ""] = name;
    return { kind: "name", start: start + surname.length, end };
  });
}

function localStart(text: string, at: number): number {
  let start = at;
  while (at - start < MAX_LOCAL && LOCAL_CHARACTER.test(text.charAt(start - 1))) start -= 1;
  return start;
}

function hasHostAfter(text: string, at: number): boolean {
  let end = at + 1;
  while (end - at <= MAX_HOST && HOST_CHARACTER.test(text.charAt(end))) end += 1;
  const next = text.charAt(end);
  if (next === "@" || next === "*") return false;
  while (/[.-]/.test(text.charAt(end - 1))) end -= 1;
  return HOST.test(text.slice(at + 1, end));
}
