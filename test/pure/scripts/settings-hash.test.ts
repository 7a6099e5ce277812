/** The hash by which `npm run settings -- push` recognizes the document that its file was pulled from. */
import { it } from "vitest";
import { hashOf } from "../../../scripts/settings/hash.ts";
import { DEFAULT_DOCUMENT } from "../../../shared/api/settings/document.ts";

const withOverrides = (overrides: object) => hashOf({ ...DEFAULT_DOCUMENT, overrides });

it("depends on the values and not on the order of the keys", ({ expect }) => {
  const first = { muteAfterApiMinutes: 1, fallback: { type: "silent" } };
  const reordered = { fallback: { type: "silent" }, muteAfterApiMinutes: 1 };
  expect(withOverrides({ a: first, b: {} })).toMatch(/^[0-9a-f]{16}$/);
  expect(withOverrides({ b: {}, a: reordered })).toBe(withOverrides({ a: first, b: {} }));
  expect(withOverrides({ a: { ...first, muteAfterApiMinutes: 2 }, b: {} })).not.toBe(
    withOverrides({ a: first, b: {} }),
  );
  const { overrides, defaults } = DEFAULT_DOCUMENT;
  expect(hashOf({ overrides, defaults })).toBe(hashOf({ defaults, overrides }));
});
