/**
 * Checks numbers that contain a check digit: resident identity cards (GB 11643), bank cards (Luhn), company codes (GB
 * 32100). Letters must be lower case, as in a folded text.
 */

const ID_CARD = /^\d{17}[\dx]$/;
const ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const ID_CHECKS = "10x98765432";
/** Identity cards of 15 digits, issued until 1999, have no century and no check digit. */
const OLD_ID_CARD = /^\d{15}$/;
/** 71 Taiwan, 81 Hong Kong, 82 Macao, 83 residents from Taiwan. */
const OTHER_PROVINCES = new Set([71, 81, 82, 83]);
const MONTH_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const COMPANY_LETTERS = "0123456789abcdefghjklmnpqrtuwxy";
const COMPANY_CODE = /^[0-9a-hj-npqrtuwxy]{18}$/;
const COMPANY_WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/** Returns whether 18 characters are an identity card number: a province, an existing date, a correct check digit. */
export function isIdCard(text: string): boolean {
  if (!ID_CARD.test(text) || !hasProvince(text) || !isDate(text.slice(6, 14))) return false;
  const sum = ID_WEIGHTS.reduce((total, weight, at) => total + weight * Number(text[at]), 0);
  return text.at(-1) === ID_CHECKS[sum % 11];
}

/** Returns whether 15 digits may be an identity card number of the old form: a province and an existing date. */
export function isOldIdCard(text: string): boolean {
  return OLD_ID_CARD.test(text) && hasProvince(text) && isDate(`19${text.slice(6, 12)}`);
}

/** Returns whether digits have a correct Luhn check digit, as bank cards have. */
export function passesLuhn(digits: string): boolean {
  const sum = Array.from(digits).reduceRight((total, digit, at) => {
    const isDoubled = (digits.length - at) % 2 === 0;
    const value = isDoubled ? 2 * Number(digit) : Number(digit);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

/** Returns whether 18 characters are the unified social credit code of a company. */
export function isCompanyCode(text: string): boolean {
  if (!COMPANY_CODE.test(text)) return false;
  const sum = COMPANY_WEIGHTS.reduce((total, weight, at) => {
    return total + weight * COMPANY_LETTERS.indexOf(text.charAt(at));
  }, 0);
  return COMPANY_LETTERS.indexOf(text.charAt(17)) === (31 - (sum % 31)) % 31;
}

function hasProvince(text: string): boolean {
  const province = Number(text.slice(0, 2));
  return (province >= 11 && province <= 65) || OTHER_PROVINCES.has(province);
}

/** Returns whether eight digits are a date from 1900 to 2099, year first. */
function isDate(digits: string): boolean {
  const [year, month, day] = [Number(digits.slice(0, 4)), Number(digits.slice(4, 6)), Number(digits.slice(6, 8))];
  const isLeapYear = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  if (year < 1900 || year > 2099 || day < 1 || (month === 2 && day === 29 && !isLeapYear)) return false;
  return day <= (MONTH_DAYS[month - 1] ?? 0);
}
