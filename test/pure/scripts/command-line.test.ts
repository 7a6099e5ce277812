/** How every script handles its command line, and a port that is in use. */
import { describe, it } from "vitest";
import { BAD_CALL, describeBadCall, parseFlags, wantsHelp } from "../../../scripts/lib/command-line.ts";
import { isPortTaken, NoFreePortError, portProblem } from "../../../scripts/lib/ports.ts";

describe("a command line", () => {
  it("is read as its flags", ({ expect }) => {
    const options = { kills: { type: "string", default: "1000" }, soak: { type: "boolean", default: false } } as const;
    expect(parseFlags(["--soak", "--kills", "7"], options)).toEqual({ ok: true, value: { kills: "7", soak: true } });
    expect(parseFlags([], options)).toEqual({ ok: true, value: { kills: "1000", soak: false } });
  });

  it("with an unknown argument is refused without repeating it", ({ expect }) => {
    for (const args of [["abc"], ["-x"], ["--json=abc"], ["--ABC1"], ["--x1-abc"]]) {
      expect(parseFlags(args, { json: { type: "boolean" } })).toEqual({ ok: false, error: BAD_CALL });
    }
    expect(BAD_CALL).not.toContain("abc");
  });

  it.for([
    [["--prot", "8787"], "--prot"],
    [["--prot=abc"], "--prot"],
    [["--json", "--help", "--dev-var", "abc"], "--dev-var"],
    [["--no-json"], "--no-json"],
  ] as const)("with an unknown flag names the flag, never its value: %j", ([args, name], { expect }) => {
    const read = parseFlags(args, { json: { type: "boolean" } });
    expect(read).toEqual({ ok: false, error: `未知的参数 ${name} / unknown flag ${name}` });
  });

  it("names no value that looks like a flag, and nothing after --", ({ expect }) => {
    const line = { options: { token: { type: "string" }, json: { type: "boolean" } } } as const;
    for (const args of [["--token", "--abc"], ["--token"], ["--", "--abc"]]) {
      expect(describeBadCall(args, line)).toBe(BAD_CALL);
    }
    expect(describeBadCall(["--no-json", "abc"], { ...line, allowNegative: true })).toBe(BAD_CALL);
  });

  it("may contain --help in any position", ({ expect }) => {
    const line = { options: { local: { type: "boolean" } } } as const;
    expect(wantsHelp(["--local", "--help"], line)).toBe(true);
    expect(wantsHelp(["-h"], line)).toBe(true);
    for (const args of [["--helper"], ["--help", "--bogus"], ["-h", "more"], ["--local"]]) {
      expect(wantsHelp(args, line)).toBe(false);
    }
    expect(wantsHelp(["--help", "https://kefu.example"], { ...line, allowPositionals: true })).toBe(true);
  });
});

describe("an error of a port", () => {
  it("is recognised by the codes of Node and Miniflare", ({ expect }) => {
    for (const code of ["EADDRINUSE", "ERR_ADDRESS_IN_USE"]) {
      const error = Object.assign(new Error("taken"), { code });
      expect(isPortTaken(error)).toBe(true);
      expect(portProblem(error)).toContain("try again");
    }
    for (const error of [Object.assign(new Error("no"), { code: "EACCES" }), new Error("EADDRINUSE"), "EADDRINUSE"]) {
      expect(isPortTaken(error)).toBe(false);
      expect(portProblem(error)).toBeUndefined();
    }
  });

  it("names the range in which no port is free", ({ expect }) => {
    expect(portProblem(new NoFreePortError(8_787))).toContain("from 8787 to 8886");
  });
});
