/** The names of settings that a change touched, for the audit log. */
import { describe, it } from "vitest";
import { changedKeys } from "../../../worker/settings/changed-keys.ts";

const ACCOUNT = "mini-program:wx0123456789abcdef";

describe("the keys that a change of the settings affects", () => {
  it("are named, without any value", ({ expect }) => {
    const before = {
      defaults: { greeting: "您好", rules: [{ id: "a" }], fallback: { type: "silent" } },
      overrides: {},
    };
    const after = { defaults: { greeting: "欢迎", rules: [{ id: "a" }], hours: {} }, overrides: {} };
    expect(changedKeys(before, after)).toEqual(["defaults.fallback", "defaults.greeting", "defaults.hours"]);
  });

  it("contain the account of an override that was added, changed or removed", ({ expect }) => {
    const rules = (id: string) => ({ defaults: {}, overrides: { [ACCOUNT]: { rules: [{ id }] } } });
    const none = { defaults: {}, overrides: {} };
    const expected = [`overrides.${ACCOUNT}.rules`];
    expect(changedKeys(none, rules("a"))).toEqual(expected);
    expect(changedKeys(rules("a"), rules("b"))).toEqual(expected);
    expect(changedKeys(rules("a"), none)).toEqual(expected);
    expect(changedKeys(rules("a"), rules("a"))).toEqual([]);
  });

  it("are found in documents of any structure, as another version of the worker may have stored them", ({ expect }) => {
    expect(changedKeys(undefined, { defaults: { a: 1 } })).toEqual(["defaults.a"]);
    expect(changedKeys({ defaults: 1, overrides: "x" }, { defaults: null, overrides: { y: 1 } })).toEqual([]);
    expect(changedKeys({ defaults: {} }, JSON.parse('{"defaults":{"__proto__":1}}'))).toEqual(["defaults.__proto__"]);
  });

  it("are limited to a hundred names", ({ expect }) => {
    const many = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`k${index}`, 1]));
    const names = changedKeys({ defaults: {} }, { defaults: many });
    expect(names).toHaveLength(101);
    expect(names.at(-1)).toBe("…");
  });
});
