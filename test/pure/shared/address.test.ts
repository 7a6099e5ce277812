/** The address of a conversation and its written form. */
import fc from "fast-check";
import { describe, it } from "vitest";
import {
  CHANNELS,
  formatAccount,
  formatAddress,
  parseAccount,
  parseAddress,
  type Address,
} from "../../../shared/message/address.ts";

const accounts = fc.stringMatching(/^[A-Za-z0-9_.-]{1,64}$/);
const users = fc.stringMatching(/^[!-~]{1,128}$/).filter((user) => user !== "." && user !== "..");
const addresses: fc.Arbitrary<Address> = fc.record({
  channel: fc.constantFrom(...CHANNELS),
  account: accounts,
  user: users,
});
/** Texts that are close to an address. */
const texts = fc.oneof(
  fc.string({ unit: fc.constantFrom(":", ".", "a", " ", "é", "mini-program", "phone") }),
  fc.string(),
  addresses.map(formatAddress),
);

describe("address", () => {
  it("parses every address that it writes", ({ expect }) => {
    fc.assert(
      fc.property(addresses, (address) => {
        expect(parseAddress(formatAddress(address))).toEqual(address);
      }),
    );
  });

  it("parses no text that it would write differently", ({ expect }) => {
    fc.assert(
      fc.property(texts, (text) => {
        const address = parseAddress(text);
        expect(address === undefined || formatAddress(address) === text).toBe(true);
      }),
    );
  });

  it("writes different addresses differently", ({ expect }) => {
    fc.assert(
      fc.property(addresses, addresses, (one, other) => {
        const isSame = one.channel === other.channel && one.account === other.account && one.user === other.user;
        expect(formatAddress(one) === formatAddress(other)).toBe(isSame);
      }),
    );
  });

  it("keeps colons in the user and allows none in the account", ({ expect }) => {
    const address = parseAddress("web-chat:site:u_a:b:c");
    expect(address).toEqual({ channel: "web-chat", account: "site", user: "u_a:b:c" });
    expect(parseAccount("web-chat:a:b")).toBeUndefined();
    for (const text of ["phone1", "mini-programX", "phone", ""]) expect(parseAccount(text)).toBeUndefined();
  });

  it.for([
    "",
    "oUser",
    "mini-program",
    "mini-program:wx0123456789abcdef",
    "mini-program:wx0123456789abcdef:",
    "mini-program::oUser",
    "mini-program:wx 1:oUser",
    `mini-program:${"a".repeat(65)}:oUser`,
    `mini-program:a:${"u".repeat(129)}`,
    "mini-program:a:..",
    "mini-program:a:.",
    "mini-program:a:a b",
    "mini-program:a:é",
    "Mini-Program:a:u",
    "email:a:u",
    ":a:u",
  ])("refuses %j", (text, { expect }) => {
    expect(parseAddress(text)).toBeUndefined();
  });

  it("parses every account that it writes", ({ expect }) => {
    fc.assert(
      fc.property(addresses, ({ channel, account }) => {
        expect(parseAccount(formatAccount({ channel, account }))).toEqual({ channel, account });
      }),
    );
  });
});
