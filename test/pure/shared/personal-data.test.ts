/** What counts as personal data, and the part of it that is shown. All numbers are invented. */
import { describe, it } from "vitest";
import { hideId, maskId } from "../../../shared/text/mask-id.ts";
import { findPersonalData, maskName, maskPersonalData } from "../../../shared/text/personal-data.ts";
import { isCompanyCode, isIdCard, isOldIdCard, passesLuhn } from "../../../shared/text/personal/check-digits.ts";

const kindsOf = (text: string) => findPersonalData(text).map(({ kind }) => kind);

describe("the check of a number", () => {
  it.for([
    "110101199001010015",
    "310101200002291237",
    "440305198512318888",
    "500108197906150037",
    "11010519491231002x",
    "34052419800101001x",
  ])("accepts the identity card %s", (number, { expect }) => {
    expect(isIdCard(number)).toBe(true);
  });

  it.for([
    ["110105194912310021", "a wrong check digit"],
    ["11010519490231002x", "the 31st of February"],
    ["110101199001010025", "a wrong check digit"],
    ["310101200002301234", "the 30th of February"],
    ["990101199001010015", "no such province"],
    ["110101199013010015", "a 13th month"],
    ["110101189901010015", "the 19th century"],
    ["11010119900101001", "17 digits"],
  ] as const)("refuses the identity card %s: %s", ([number], { expect }) => {
    expect(isIdCard(number)).toBe(false);
  });

  it("accepts the 29th of February in leap years only", ({ expect }) => {
    const born = (date: string) => isOldIdCard(`110101${date}001`);
    expect([born("800229"), born("810229"), born("000229"), born("800228")]).toEqual([true, false, false, true]);
  });

  it("accepts an old identity card with a date that exists", ({ expect }) => {
    expect(isOldIdCard("110101900101001")).toBe(true);
    expect(isOldIdCard("110101901301001")).toBe(false);
    expect(isOldIdCard("820101900101001")).toBe(true);
    expect(isOldIdCard("100101900101001")).toBe(false);
  });

  it("of bank cards accepts made-up ones and finds a changed digit", ({ expect }) => {
    const cards = [
      "6222021234567890128",
      "6217009876543210981",
      "622848000000000015",
      "4111111111111111",
      "6225881234567898",
    ];
    expect(cards.filter((card) => !passesLuhn(card))).toEqual([]);
    expect(passesLuhn("6222021234567890120")).toBe(false);
  });

  it("of companies accepts their codes and finds a changed character", ({ expect }) => {
    expect(isCompanyCode("91310000ma1fl0000n")).toBe(true);
    expect(isCompanyCode("9144030012345678xn")).toBe(true);
    expect(isCompanyCode("91310000ma1fl0000p")).toBe(false);
    expect(isCompanyCode("91310000ma1fl0000")).toBe(false);
  });
});

describe("a mask", () => {
  it.for([
    ["电话13800138000谢谢", "电话138****8000谢谢"],
    ["+86 138-0013-8000", "138****8000"],
    ["138 0013 8000", "138****8000"],
    ["身份证110101199001010015", "身份证110101********0015"],
    ["身份证11010519491231002x", "身份证110105********002x"],
    ["卡号6222 0212 3456 7890 128", "卡号6222***********0128"],
    ["卡号4111111111111111", "卡号4111********1111"],
    ["mail zhang.san@example.com.cn", "mail z***n@example.com.cn"],
    ["a@b.co", "a*@b.co"],
    ["粤B·12345", "粤B·***45"],
    ["新能源 沪AD12345", "新能源 沪A****45"],
  ])("turns %s into %s", ([text = "", masked], { expect }) => {
    expect(maskPersonalData(text)).toBe(masked);
  });

  it.for([
    ["１３８００１３８０００", "１３８****８０００", "full width"],
    ["138\u200B00138000", "138****8000", "an invisible character inside"],
    ["电话+8613800138000", "电话138****8000", "the country code without a space"],
    ["008613800138000", "138****8000", "the country code with zeros"],
    ["(138)0013-8000", "(138****8000", "brackets"],
    ["身份证110105194912310 02X", "身份证110105********002X", "divided in another place"],
    ["身份证 110105 19491231 002X", "身份证 110105********002X", "in groups, with a capital X"],
    ["身份证号码：110101900101001", "身份证号码：110101******001", "15 digits after the word"],
    ["身份證號110101900101001", "身份證號110101******001", "traditional characters"],
    ["银行卡 9000000000000001", "银行卡 9000********0001", "a card by its word"],
    ["0571-88001234", "0571****34", "a landline"],
    ["(010)88001234", "(010****34", "a landline of Beijing"],
    ["02188001234转8", "021****34转8", "a landline without a dash"],
    ["Zhang.San@Example.com", "Z***n@Example.com", "capitals"],
    ["京A1234警 粤Z1234港", "京A***4警 粤Z***4港", "plates that end in a word"],
    ["粵b12345", "粵b***45", "a traditional plate"],
    ["护照号 E12345678", "护照号 E1*******", "a passport"],
    ["护照EA1234567", "护照EA*******", "a passport with two letters"],
    ["通行证：H1234567890", "通行证：H1*********", "a travel permit"],
    ["验证码是 482193", "验证码是 ******", "a verification code"],
    ["密码：12345678", "密码：******", "a password of digits"],
    ["我叫张三", "我叫张*", "a name"],
    ["收件人：欧阳娜娜，电话13800138000", "收件人：欧***，电话138****8000", "a name of four"],
    ["收件人姓名王小明电话13800138000", "收件人姓名王**电话138****8000", "a name up to the next word"],
    ["我叫𠮷田一", "我叫𠮷**", "a surname outside the basic plane"],
    ["①380013800⓪", "①38****800⓪", "circled digits"],
    ["⑬800138000", "138****8000", "one character that is two digits"],
    ["***13800138000***", "***138****8000***", "stars around"],
    ["8613800138000", "138****8000", "the country code alone"],
    ["0212+8613800138000", "0212+138****8000", "a plus between two numbers"],
    ["86 138 0013 8000", "138****8000", "the country code apart"],
    ["13800138000/13900139000", "138****8000/139****9000", "two numbers with a separator"],
    ["0571-8800 1234", "0571****34", "another separator after the area code"],
    ["1 3 8 0 0 1 3 8 0 0 0", "138****8000", "single digits"],
    ["ID110101199001010015", "ID110101********0015", "letters before an identity card"],
    ["ID11010519491231002X", "ID110105********002X", "letters before one that ends in X"],
    ["卡ICBC6222021234567890128", "卡ICBC6222***********0128", "letters before a card"],
    ["ID110101199001010015X110101199001010015", "ID110101********0015X110101********0015", "two in one word"],
    ["123456是您的验证码", "******是您的验证码", "a code before its word"],
    ["验证码为【123456】", "验证码为【******】", "a code in brackets"],
    ["聯繫人：張三豐", "聯繫人：張**", "a traditional name"],
  ])("of %s is %s: %s", ([text = "", masked], { expect }) => {
    expect(maskPersonalData(text)).toBe(masked);
  });

  it.for([
    ["收货地址：广东省深圳市南山区科技园路12号3栋502室", "收货地址：广东省深圳市南山区*************"],
    ["江苏省 昆山市 前进路 8号", "江苏省 昆山市 ******"],
    ["寄到上海市浦东新区张江镇祖冲之路1号", "寄到上海市浦东新区*********"],
    ["南山区阳光小区3栋2单元502", "南山区************"],
    ["我住在科技路十二号三栋五楼", "我住在**********"],
    ["中关村大街27号楼1层", "***********"],
    ["上海市浦东新区世纪大道100弄5号602室", "上海市浦东新区**************"],
    ["浙江省杭州市西湖区文三路甲90号", "浙江省杭州市西湖区*******"],
    ["成都市武侯区天府大道中段1号", "成都市武侯区********"],
    ["北京市海淀区学院路 37 号", "北京市海淀区********"],
  ])("of an address keeps the district: %s", ([text = "", masked], { expect }) => {
    expect(maskPersonalData(text)).toBe(masked);
  });

  it.for(["\t", "\n", "‒", "−", "·", ".", "_", "/", " - "])("finds a number separated by %j", (mark, { expect }) => {
    expect(maskPersonalData(["138", "0013", "8000"].join(mark))).toBe("138****8000");
    expect(maskPersonalData(["6222", "0212", "3456", "7890", "128"].join(mark))).toBe("6222***********0128");
  });

  it("masks several in one text, each at its position", ({ expect }) => {
    const text = "我叫李雷，手机13800138000，身份证110101199001010015，邮箱 lilei@example.cn，车牌粤B12345。";
    expect(maskPersonalData(text)).toBe(
      "我叫李*，手机138****8000，身份证110101********0015，邮箱 l***i@example.cn，车牌粤B***45。",
    );
    expect(kindsOf(text)).toEqual(["name", "mobile", "id-card", "email", "plate"]);
  });
});

describe("text without personal data", () => {
  it.for([
    ["身份证110101199001010025", "a wrong check digit"],
    ["订单号6222021234567890120", "an order number that fails the check"],
    ["订单20261129138001380001", "a mobile number inside 20 digits"],
    ["单号SF1380013800012", "a mobile number after letters"],
    ["138001380001", "12 digits"],
    ["13800138000abc", "letters after it"],
    ["2026-11-15 123456789", "a date and a number"],
    ["快递 15 123456789", "two numbers"],
    ["12-13800138000", "a part of a number"],
    ["139.196.123.45", "the address of a computer"],
    ["150.12345678", "a decimal"],
    ["0571 88 001 234", "groups that no landline has"],
    ["1380-0138/000", "two kinds of separator"],
    ["1380-013.8000", "two kinds of separator"],
    ["138-/0013-8000", "two separators in one gap"],
    ["2026-11-62 22021234567890128", "a card's digits in no groups of a card"],
    ["3号楼2单元101室的快递", "a building without a street"],
    ["1号2号楼3号", "numbers"],
    ["我叫了快递上门", "no name"],
    ["姓名填错怎么办", "no name"],
    ["123456是订单号", "no code"],
    ["110101900101001", "15 digits and no word before"],
    ["订单9000000000000001", "a number that passes the check, without prefix and word"],
    ["统一社会信用代码 91310000MA1FL0000N", "a company's code"],
    ["91440300123456780N", "18 characters of no code"],
    ["E12345678", "a passport's form and no word before"],
    ["验证码 123", "three digits"],
    ["编号 482193", "digits and no word before"],
    ["user@localhost", "a host without a dot"],
    ["a@b@example.com", "two @"],
    [`${"a".repeat(65)}@example.com`, "65 characters before the @"],
    ["价格 @ example.com", "nothing before the @"],
    ["a@example.c", "a top-level domain of one letter"],
    ["z***n@example.com", "a masked address"],
    ["京ABCDEF", "a plate without digits"],
    ["京I12345", "a letter plates do not have"],
    ["沪AD1234567", "too many digits for a plate"],
    ["我叫你别发了", "no name"],
    ["姓名不对", "no name"],
    ["我叫车", "one character"],
    ["10月1号2号3号都可以", "days"],
    ["上海市浦东新区张江镇有3号店", "an address and a number that are not in a row"],
    ["广东省深圳市南山区", "no number"],
    ["8000 4111 1111", "too few digits"],
    ["2026-11-29 10:00", "a time"],
    ["", "nothing"],
  ])("leaves %s unchanged: %s", ([text = ""], { expect }) => {
    expect(maskPersonalData(text)).toBe(text);
    expect(findPersonalData(text)).toEqual([]);
  });
});

describe("a field", () => {
  it("with a name keeps the first character", ({ expect }) => {
    expect(["王小明", "李", "𠮷田", ""].map(maskName)).toEqual(["王**", "*", "𠮷*", ""]);
  });

  it("with an id keeps the last four, and nothing of a short one", ({ expect }) => {
    expect(maskId("oFAKE0000000000000000000001")).toBe("****0001");
    expect(maskId("12345678")).toBe("****");
    const id = "oFAKE0000000000000000000001";
    const value = {
      entryText: `from=a&openid=${id}`,
      list: [id, 1, null],
      nested: { url: `https://a.example/?u=${id}#${id}` },
    };
    expect(hideId(value, id)).toEqual({
      entryText: "from=a&openid=****0001",
      list: ["****0001", 1, null],
      nested: { url: "https://a.example/?u=****0001#****0001" },
    });
    expect(hideId({ type: "text" }, "text")).toEqual({ type: "text" });
  });
});
