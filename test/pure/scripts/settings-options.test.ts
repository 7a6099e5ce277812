/** `npm run settings`: which worker and key a call uses, and how a file is read. */
import { describe, it } from "vitest";
import { parseFile } from "../../../scripts/settings/file.ts";
import { findJsonError } from "../../../scripts/settings/json-place.ts";
import { findPlace, readCall } from "../../../scripts/settings/options.ts";

describe("the command line of npm run settings", () => {
  const sources = (args: string[], env = {}, devVars = "") => ({
    args,
    env,
    devVars,
    local: { apiKey: "local-key-0123456789" },
  });
  const placeOf = (args: string[], from?: string, env = {}, devVars = "") => {
    const call = readCall(args);
    return call.ok ? findPlace(call.value, from, sources(args, env, devVars)) : call;
  };

  it("uses the local worker and its key without flags", ({ expect }) => {
    const local = { ok: true, value: { url: "http://localhost:8787", apiKey: "local-key-0123456789" } };
    expect(placeOf(["push"])).toEqual(local);
    expect(placeOf(["push"], "http://localhost:9000")).toMatchObject({ value: { url: "http://localhost:9000" } });
  });

  it("sends no key to an address that only the file names", ({ expect }) => {
    const env = { API_KEYS: "key-of-the-environment" };
    expect(placeOf(["push"], "https://kefu.test", env)).toMatchObject({
      ok: false,
      error: expect.stringContaining("--url"),
    });
    expect(placeOf(["push", "--url", "https://kefu.test/desk"], "https://kefu.test", env)).toEqual({
      ok: true,
      value: { url: "https://kefu.test", apiKey: "key-of-the-environment" },
    });
  });

  it("reads the key from the named variable, and for another machine not from .dev.vars", ({ expect }) => {
    const url = ["pull", "--url", "https://kefu.test"];
    const env = { MY_KEY: "my-key-0123456789", API_KEYS: "key-of-the-environment" };
    expect(placeOf([...url, "--api-key-env", "MY_KEY"], undefined, env)).toMatchObject({
      value: { apiKey: "my-key-0123456789" },
    });
    expect(placeOf([...url, "--api-key-env", "NONE"], undefined, env)).toMatchObject({ ok: false });
    const devVars = "API_KEYS=key-of-the-file-0123";
    expect(placeOf(url, undefined, {}, devVars)).toMatchObject({ error: expect.stringContaining("API_KEYS") });
    expect(placeOf([...url, "--dev-vars", "other.vars"], undefined, {}, devVars)).toMatchObject({
      value: { apiKey: "key-of-the-file-0123" },
    });
  });

  it.for([
    [[]],
    [["pull", "push"]],
    [["pull", "--url", "secret"]],
    [["check", "--url", "https://secret.test"]],
    [["push", "--force"]],
  ])("refuses %j without repeating a value", ([args], { expect }) => {
    const call = readCall(args ?? []);
    expect(call).toMatchObject({ ok: false, error: expect.not.stringContaining("secret") });
  });
});

describe("a settings file", () => {
  it.for([
    ["", 1, 1],
    ['{"a": tru', 1, 10],
    ['{"a": trux}', 1, 10],
    ['{\n  "a": 1,\n}', 3, 1],
    ['{\n  "a": 1,\n  // b\n}', 3, 3],
    ['{\n  "a": [1 2]\n}', 2, 11],
    ["{'a': 1}", 1, 2],
    ['{"a": -}', 1, 8],
    ['{"a": "\\x"}', 1, 9],
    ["{}\n}", 2, 1],
  ] as const)("that is not JSON is reported with the place: %j", ([text, line, column], { expect }) => {
    expect(findJsonError(text)).toEqual({ line, column });
  });

  it("may begin with a byte order mark", ({ expect }) => {
    expect(parseFile('\uFEFF{"defaults":{}}')).toMatchObject({ ok: true, value: { version: 0, from: undefined } });
  });
});
