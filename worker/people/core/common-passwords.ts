/**
 * Passwords of at least ten characters that attackers try first, in lower case: the frequent ones of public lists, and
 * those of Chinese users. Rows of the keyboard, repetitions and few different characters are found by `password.ts`.
 */

const BASES =
  "password passw0rd p@ssw0rd p@ssword admin administrator root welcome letmein qwerty qwertyuiop asdfgh asdfghjkl zxcvbn zxcvbnm abc abcd abcde abcdef abcdefg iloveyou woaini woaini1314 woaiwojia wodemima mima kefu edgekefu edge-kefu weixin wechat xiaochengxu taobao tencent aliyun beijing shanghai shenzhen guangzhou zhongguo china test test1234 guest user login master monkey dragon sunshine princess football baseball superman trustno1 changeme default secret hello nihao 5201314 1314520 520 1314 a aa aaa q qq qqq qaz qazwsx 1q2w3e 1q2w3e4r 1qaz2wsx zaq12wsx".split(
    " ",
  );
const TAILS =
  "1 12 123 1234 12345 123456 1234567 12345678 123456789 1234567890 ! !! @ # 123! 1234! 123. 000 000000 111 111111 666 666666 888 888888 520 521 1314 5201314 1314520 2020 2021 2022 2023 2024 2025 2026 2027 @123 @1234 @123456 @2024 @2025 @2026 #123 _123 -123 abc abcd qwe qwer qwerty".split(
    " ",
  );

const WHOLE =
  "1234554321 1122334455 1212121212 1231231231 0987654321 9876543210 1234512345 1111122222 3141592653 1357924680 2468101214 147258369 1472583690 7894561230 7418529630 9638527410 1233211234567 147896325 1478963250 qwertyuiop qwerty12345 qwerty123456 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx3edc 1qazxsw23edc qazwsxedcrfv zaq12wsxcde3 q1w2e3r4t5 q1w2e3r4t5y6 asdfghjkl; asdfghjkl123 zxcvbnm123 zxcvbnm,./ abcdefghij abcdefghijk a1b2c3d4e5 a1b2c3d4e5f6 aa12345678 aa123456789 aa123456.. abc123456789 123456789a 123456789q 1234567890a 123456789abc 1234567890q 0123456789a 12345678910 123456789123 1234567891 123456789012 iloveyou123 iloveyou1314 iloveyou520 woaini5201314 woaini1314520 woaini521 woaini520 wo5201314 woaiwojia1314 woaiwoziji mynameis123 whatthefuck basketball michaeljordan letmein123 letmeinnow administrator administrador correcthorsebatterystaple opensesame zhimakaimen nishizhuma wodemima123 mimashi123456 qq123456789 qwe123456789 qweasdzxc123 qweasdzxc1 qweqweqwe1 asdasdasd1 asdasd123456 zxczxc123 789456123a 5845201314 5845211314 7758521521 7758258258 3344520520 1314521521".split(
    " ",
  );

/** Returns whether a password, in lower case, is a common one. */
export function isCommonPassword(folded: string): boolean {
  return (
    WHOLE.includes(folded) ||
    BASES.some((base) => TAILS.some((tail) => folded === base + tail || folded === tail + base))
  );
}
