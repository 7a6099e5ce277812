/**
 * The conformance suite: edge-kefu passes it in every mode, and a server with one fault fails exactly the cases for it.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { ROOT } from "../../scripts/lib/build.ts";
import type { RunningWorker } from "../../scripts/lib/run-worker.ts";
import { LOCAL_API_KEY, LOCAL_APP, runKefu, buildKefu } from "../../scripts/lib/stack.ts";
import type { PushMode } from "../conformance/push.ts";
import { CASES, runSuite, type Report } from "../conformance/suite.ts";
import { createTakenList } from "../conformance/taken.ts";
import type { PushFormat } from "../conformance/wire.ts";
import { findTestPorts } from "../support/ports.ts";
import type { Flaw, PushServerOptions } from "../support/push-server/flaw.ts";
import { startPushServer, type PushServer } from "../support/push-server/server.ts";

const { appid, token, aesKey } = LOCAL_APP;
const CREDENTIALS = { appid, token, aesKey };
const MODES: readonly PushMode[] = ["secure", "compatible", "plain"];
const appidOf = (mode: PushMode) => `wx000000000000000${MODES.indexOf(mode)}`;

let kefu: RunningWorker;
let folder: string;
const servers: PushServer[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "conformance-"));
  const script = await buildKefu();
  const ports = await findTestPorts();
  const apps = MODES.map((mode) => ({ ...CREDENTIALS, appid: appidOf(mode), secret: LOCAL_APP.secret, mode }));
  kefu = await runKefu(script, ports, { vars: { WECHAT_APPS: JSON.stringify(apps) } });
});

afterAll(async () => {
  await Promise.all([kefu.stop(), ...servers.map((server) => server.stop()), rm(folder, { recursive: true })]);
});

async function serve(options: Pick<PushServerOptions, "flaw" | "mode">): Promise<PushServer> {
  const server = await startPushServer({ ...CREDENTIALS, ...options });
  servers.push(server);
  return server;
}

/** The server to run (see test/support/push-server), and the options of the suite. */
interface Wrong {
  readonly flaw?: Flaw;
  readonly mode?: PushMode;
  /** Runs only the cases whose ids begin with one of these; absent: every case. */
  readonly only?: readonly string[];
  readonly formats?: readonly PushFormat[];
  /** Whether the suite runs without the list of accepted messages. */
  readonly isBlind?: boolean;
}

async function examine(wrong: Wrong): Promise<Report> {
  const { flaw, mode = "secure", only = [], isBlind = false } = wrong;
  const { url, takenUrl } = await serve({ mode, ...(flaw !== undefined && { flaw }) });
  // A server with one of these flaws leaves requests unanswered: a short timeout saves time.
  const timeoutMs = flaw !== undefined && NEVER_ANSWERS.has(flaw) ? 400 : 5_000;
  const settings = {
    target: { ...CREDENTIALS, url, mode, account: "gh_conformance0" },
    timeoutMs,
    formatsToTry: wrong.formats ?? (mode === "compatible" ? ["xml"] : ["xml", "json"]),
    handoverText: "人工",
    ...(!isBlind && { takenList: createTakenList(takenUrl, undefined, timeoutMs) }),
  };
  return runSuite(settings, only);
}

const NEVER_ANSWERS: ReadonlySet<Flaw> = new Set([
  "hangs",
  "hangs now and then",
  "hangs at large bodies",
  "hangs at deep bodies",
  "dies of a bomb",
]);
const NO_VERIFICATION = ["verify.echo", "verify.special", "verify.order"];

/** The fault, the cases to run (absent: all), and the cases that must fail. */
const FLAWS: readonly (Wrong & { readonly flaw: Flaw; readonly fails: readonly string[] })[] = [
  {
    flaw: "no signature check",
    fails: ["hostile.forged", "hostile.missing", "hostile.only-signature", "hostile.altered", "hostile.duplicate"],
  },
  { flaw: "MsgId as a number", fails: ["ids.collide"] },
  { flaw: "leaks the token", fails: ["http.secrets"] },
  { flaw: "500", fails: [...NO_VERIFICATION, "push.taken", "http.refusals"] },
  { flaw: "garbage", fails: [...NO_VERIFICATION, "push.taken", "http.refusals"] },
  { flaw: "hangs", fails: ["verify.echo", "push.taken"] },
  { flaw: "padding to 16", only: ["push.taken", "push.both", "push.pads"], fails: ["push.pads"] },
  { flaw: "echoes anything", only: ["verify"], fails: ["verify.forged", "verify.missing"] },
  { flaw: "echoes in quotes", only: ["verify"], fails: NO_VERIFICATION },
  { flaw: "echoes as a page", only: ["verify"], fails: ["verify.not-html"] },
  { flaw: "sorts by locale", only: ["verify"], fails: ["verify.order"] },
  { flaw: "XML alone", only: ["push"], fails: ["push.both-formats"] },
  { flaw: "text before bytes", only: ["push"], fails: ["push.random"] },
  { flaw: "XML by lines", only: ["push"], fails: ["push.layout"] },
  { flaw: "old database", only: ["push"], fails: ["push.text", "push.long"] },
  { flaw: "text alone", only: ["push"], fails: ["push.messages", "push.events", "push.unknown"] },
  { flaw: "throws at unknown kinds", only: ["push"], fails: ["push.unknown"] },
  { flaw: "forgets", only: ["push"], fails: ["push.listed"] },
  { flaw: "throws at typed markup", only: ["push"], fails: ["push.text", "push.typed"] },
  { flaw: "typed text as fields", only: ["push", "hostile.typed"], fails: ["hostile.typed-fields"] },
  { flaw: "no deduplication", only: ["repeats"], fails: ["repeats.once"] },
  { flaw: "repeats get success", only: ["repeats"], fails: ["repeats.alike", "repeats.storm-alike"] },
  {
    flaw: "refuses repeats",
    only: ["repeats"],
    fails: ["repeats.acknowledged", "repeats.alike", "repeats.event", "repeats.storm", "repeats.storm-alike"],
  },
  { flaw: "unsigned hand-over", only: ["handover"], fails: ["handover.envelope"] },
  { flaw: "plain hand-over", only: ["handover"], fails: ["handover.encrypted"] },
  { flaw: "hand-over under another appid", only: ["handover"], fails: ["handover.cipher"] },
  { flaw: "hand-over to oneself", only: ["handover"], fails: ["handover.fields"] },
  { flaw: "hand-over in milliseconds", only: ["handover"], fails: ["handover.times"] },
  { flaw: "hand-over in XML", only: ["handover"], fails: ["handover.format"] },
  { flaw: "events handed over", only: ["push.messages", "handover"], fails: ["handover.events"] },
  { flaw: "takes plaintext", only: ["hostile"], fails: ["hostile.empty-encrypt", "hostile.plaintext"] },
  {
    flaw: "takes plaintext",
    mode: "compatible",
    only: ["hostile"],
    fails: ["hostile.empty-encrypt", "hostile.plaintext-compatible"],
  },
  { flaw: "takes the plain half", mode: "compatible", only: ["hostile"], fails: ["hostile.plain-half"] },
  { flaw: "takes any appid", only: ["hostile"], fails: ["hostile.appid"] },
  { flaw: "takes what is old", mode: "plain", only: ["hostile"], fails: ["hostile.replay-plain"] },
  { flaw: "swallows errors", only: ["hostile"], fails: ["hostile.key", "hostile.ciphertext"] },
  { flaw: "takes rubbish", only: ["hostile.garbage"], isBlind: true, fails: ["hostile.garbage"] },
  { flaw: "text alone", only: ["hostile.unreadable"], fails: ["hostile.unreadable"] },
  { flaw: "expands entities", only: ["hostile"], fails: ["hostile.doctype"] },
  { flaw: "hangs at large bodies", only: ["hostile.huge"], fails: ["hostile.huge"] },
  { flaw: "hangs at deep bodies", only: ["hostile.deep"], fails: ["hostile.deep"] },
  { flaw: "dies of a bomb", only: ["hostile.bomb", "http.alive"], fails: ["hostile.bomb", "http.alive"] },
  {
    flaw: "signature instead of msg_signature",
    only: ["hostile"],
    fails: ["hostile.missing", "hostile.only-signature", "hostile.altered", "hostile.duplicate"],
  },
  { flaw: "takes PUT", only: ["http"], fails: ["http.methods"] },
  { flaw: "few at once", only: ["http.crowd"], fails: ["http.crowd"] },
  { flaw: "hangs now and then", only: ["push.pads", "http.latency"], fails: ["push.pads", "http.latency"] },
  { flaw: "tells the expected signature", only: ["hostile.forged", "http"], fails: ["http.secrets"] },
  { flaw: "stack trace", only: ["hostile.garbage", "http"], fails: ["http.refusals", "http.traces"] },
];

const failuresOf = ({ findings }: Report) => findings.filter(({ state }) => state === "failed").map(({ id }) => id);
const statesOf = ({ findings }: Report) => new Map(findings.map(({ id, state }) => [id, state]));

describe("edge-kefu", () => {
  it.for(MODES)("conforms in %s mode, and handles each message once", async (mode, { expect }) => {
    const list = `${kefu.url}/api/v1/conversations/{openid}/messages?appid=${appidOf(mode)}`;
    const report = await runSuite({
      target: {
        ...CREDENTIALS,
        appid: appidOf(mode),
        url: `${kefu.url}/wechat/${appidOf(mode)}/message`,
        mode,
        account: "gh_conformance0",
      },
      timeoutMs: 5_000,
      formatsToTry: mode === "compatible" ? ["xml"] : ["xml", "json"],
      handoverText: "人工",
      takenList: createTakenList(list, `Bearer ${LOCAL_API_KEY}`, 5_000),
    });
    expect(report.findings.filter(({ state }) => state === "failed")).toEqual([]);
    expect(report.formats).toEqual(mode === "compatible" ? ["xml"] : ["xml", "json"]);
    const states = statesOf(report);
    for (const id of ["ids.collide", "repeats.once", "handover.fields", "http.alive"])
      expect(states.get(id)).toBe("ok");
    expect(states.get("hostile.plain-half")).toBe(mode === "compatible" ? "ok" : "inapplicable");
    expect(states.get("push.pads")).toBe(mode === "plain" ? "inapplicable" : "ok");
  });
});

describe("another server", () => {
  it.for(["secure", "compatible", "plain"] as const)(
    "conforms in %s mode when it has no fault",
    async (mode, { expect }) => {
      const report = await examine({ mode });
      expect(failuresOf(report)).toEqual([]);
      expect(report.ok).toBe(true);
    },
  );

  it.for(FLAWS)("fails exactly the cases of its fault: $flaw", async ({ fails, ...wrong }, { expect }) => {
    const report = await examine(wrong);
    expect(failuresOf(report).toSorted()).toEqual([...fails].toSorted());
  });

  it("with a fault exists for every case that can fail", ({ expect }) => {
    const shown = new Set(FLAWS.flatMap(({ fails }) => fails));
    const judging = CASES.filter(({ level }) => level !== "INFO").map(({ id }) => id);
    expect(judging.filter((id) => !shown.has(id))).toEqual([]);
  });

  it("gets the list of paddings that it cannot open, and the fix", async ({ expect }) => {
    const report = await examine({ flaw: "padding to 16", only: ["push.pads"] });
    expect(report.findings).toMatchObject([
      {
        state: "failed",
        fact: { en: "XML 17–32; JSON 17–32" },
        cure: { en: expect.stringContaining("32 bytes, not AES's 16") },
      },
    ]);
  });

  it("that refuses everything does not pass because of that", async ({ expect }) => {
    const states = statesOf(await examine({ flaw: "500", only: ["hostile", "push.taken"] }));
    expect(states.get("push.taken")).toBe("failed");
    expect(states.get("hostile.forged")).toBe("unseen");
  });

  it("without a list gets a note about the cases that cannot be checked", async ({ expect }) => {
    const report = await examine({ flaw: "MsgId as a number", only: ["ids"], isBlind: true });
    expect(report.findings).toMatchObject([{ id: "ids.collide", state: "unseen" }]);
  });
});

describe("the command, copied out of the repository", () => {
  async function run(args: readonly string[]) {
    await cp(join(ROOT, "test/conformance"), join(folder, "suite"), { recursive: true });
    const child = spawn(process.execPath, [join(folder, "suite/main.ts"), ...args], {
      cwd: folder,
      env: { PATH: process.env["PATH"], WECHAT_APPID: appid, WECHAT_TOKEN: token, WECHAT_ENCODING_AES_KEY: aesKey },
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => (output += String(part)));
    const [code] = await once(child, "close");
    return { code: Number(code), output };
  }

  it("reports in Chinese and English that a server conforms, and exits with 0", async ({ expect }) => {
    const { url } = await serve({ mode: "secure" });
    const { code, output } = await run(["--url", url, "--only", "verify,push.taken"]);
    expect(output).toContain("✓ 符合 / conforms: secure, XML + JSON");
    expect(code).toBe(0);
  });

  it("names each fault with its fix, exits with 1, and prints no secret", async ({ expect }) => {
    const { url } = await serve({ mode: "secure", flaw: "leaks the token" });
    const { code, output } = await run(["--url", url, "--only", "verify.forged,http.secrets"]);
    expect(code).toBe(1);
    expect(output).toMatch(/✗ MUST +http\.secrets/);
    expect(output).toContain("换掉 Token 与密钥");
    expect(output).not.toContain(token);
  });

  it("writes JSON for scripts, and treats a failed SHOULD as a failure only with --strict", async ({ expect }) => {
    const { url } = await serve({ mode: "secure", flaw: "XML alone" });
    const flags = ["--url", url, "--only", "push.both-formats", "--json"];
    const { code, output } = await run(flags);
    expect(code).toBe(0);
    expect(JSON.parse(output.slice(output.indexOf("{")))).toMatchObject({
      ok: true,
      formats: ["xml"],
      findings: [{ id: "push.both-formats", level: "SHOULD", state: "failed" }],
    });
    expect((await run([...flags, "--strict"])).code).toBe(1);
  });

  it("exits with 2 and prints its usage when the call is invalid", async ({ expect }) => {
    const { code, output } = await run(["--url", "nowhere"]);
    expect(code).toBe(2);
    expect(output).toContain("WECHAT_ENCODING_AES_KEY");
  });
});
