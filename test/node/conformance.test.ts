/**
 * The conformance suite: edge-kefu passes it in every mode, and a server that is wrong in one way fails it there.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import type { PushMode } from "../conformance/push.ts";
import { runSuite, type Report } from "../conformance/suite.ts";
import { createTakenList } from "../conformance/taken.ts";
import { buildWorker, ROOT } from "../../scripts/lib/build.ts";
import type { RunningWorker } from "../../scripts/lib/run-worker.ts";
import { findPorts, LOCAL_API_KEY, LOCAL_APP, runKefu } from "../../scripts/lib/stack.ts";
import { startPushServer, type Flaw, type PushServer } from "../support/push-server.ts";

const { appid, token, aesKey } = LOCAL_APP;
const CREDENTIALS = { appid, token, aesKey };
const MODES: readonly PushMode[] = ["secure", "compatible", "plain"];
const appidOf = (mode: PushMode) => `wx000000000000000${MODES.indexOf(mode)}`;

let kefu: RunningWorker;
let folder: string;
const servers: PushServer[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "conformance-"));
  const script = await buildWorker("wrangler.toml", "worker");
  const ports = await findPorts({ worker: 10_187, emulator: 10_287, orders: 10_387 });
  const apps = MODES.map((mode) => ({ ...CREDENTIALS, appid: appidOf(mode), secret: LOCAL_APP.secret, mode }));
  kefu = await runKefu(script, ports, { vars: { WECHAT_APPS: JSON.stringify(apps) } });
});

afterAll(async () => {
  await Promise.all([kefu.stop(), ...servers.map((server) => server.stop()), rm(folder, { recursive: true })]);
});

async function serve(flaw?: Flaw, mode: "secure" | "plain" = "secure"): Promise<PushServer> {
  const server = await startPushServer({ ...CREDENTIALS, mode, ...(flaw !== undefined && { flaw }) });
  servers.push(server);
  return server;
}

/** Runs the suite against a server of the support folder. */
async function examine(
  flaw?: Flaw,
  only: readonly string[] = [],
  mode: "secure" | "plain" = "secure",
): Promise<Report> {
  const { url, takenUrl } = await serve(flaw, mode);
  const timeoutMs = flaw === "hangs" ? 300 : 5_000;
  const settings = {
    target: { ...CREDENTIALS, url, mode, account: "gh_conformance0" },
    timeoutMs,
    formatsToTry: ["xml", "json"] as const,
    handoverText: "人工",
    takenList: createTakenList(takenUrl, undefined, timeoutMs),
  };
  return runSuite(settings, only);
}

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
  it.for(["secure", "plain"] as const)(
    "conforms in %s mode when nothing is wrong with it",
    async (mode, { expect }) => {
      const report = await examine(undefined, [], mode);
      expect(failuresOf(report)).toEqual([]);
      expect(report.ok).toBe(true);
    },
  );

  it.for<{ flaw: Flaw; fails: readonly string[] }>([
    {
      flaw: "no signature check",
      fails: ["hostile.forged", "hostile.missing", "hostile.only-signature", "hostile.altered", "hostile.duplicate"],
    },
    { flaw: "MsgId as a number", fails: ["ids.collide"] },
    { flaw: "leaks the token", fails: ["http.secrets"] },
    { flaw: "500", fails: ["verify.echo", "verify.special", "verify.order", "push.taken", "http.refusals"] },
    { flaw: "garbage", fails: ["verify.echo", "verify.special", "verify.order", "push.taken", "http.refusals"] },
    { flaw: "hangs", fails: ["verify.echo", "push.taken"] },
  ])("fails at these cases and no others, of all of them: $flaw", async ({ flaw, fails }, { expect }) => {
    const report = await examine(flaw);
    expect(failuresOf(report).toSorted()).toEqual([...fails].toSorted());
    expect(report.ok).toBe(false);
  });

  it("fails at the paddings above 16 when it unpads as AES libraries do", async ({ expect }) => {
    const report = await examine("padding to 16", ["push.pads", "push.taken", "push.both-formats"]);
    expect(failuresOf(report)).toEqual(["push.pads"]);
    const pads = report.findings.find(({ id }) => id === "push.pads");
    expect(pads?.fact?.en).toBe("XML 17–32; JSON 17–32");
    expect(pads?.cure?.en).toContain("32 bytes, not AES's 16");
  });

  it.for<{ flaw: Flaw; group: string; fails: readonly string[] }>([
    { flaw: "echoes anything", group: "verify", fails: ["verify.forged", "verify.missing"] },
    { flaw: "echoes in quotes", group: "verify", fails: ["verify.echo", "verify.special", "verify.order"] },
    { flaw: "sorts by locale", group: "verify", fails: ["verify.order"] },
    { flaw: "XML alone", group: "push", fails: ["push.both-formats"] },
    { flaw: "throws at unknown kinds", group: "push", fails: ["push.unknown"] },
    { flaw: "no deduplication", group: "repeats", fails: ["repeats.once"] },
    { flaw: "repeats get success", group: "repeats", fails: ["repeats.alike", "repeats.storm-alike"] },
    { flaw: "unsigned hand-over", group: "handover", fails: ["handover.envelope"] },
    { flaw: "plain hand-over", group: "handover", fails: ["handover.encrypted"] },
    { flaw: "takes plaintext", group: "hostile", fails: ["hostile.empty-encrypt", "hostile.plaintext"] },
    { flaw: "takes any appid", group: "hostile", fails: ["hostile.appid"] },
    { flaw: "swallows errors", group: "hostile", fails: ["hostile.key", "hostile.ciphertext"] },
    {
      flaw: "signature instead of msg_signature",
      group: "hostile",
      fails: ["hostile.missing", "hostile.only-signature", "hostile.altered", "hostile.duplicate"],
    },
    { flaw: "takes PUT", group: "http", fails: ["http.methods"] },
  ])("fails in its group: $flaw", async ({ flaw, group, fails }, { expect }) => {
    const report = await examine(flaw, [group]);
    expect(failuresOf(report).toSorted()).toEqual([...fails].toSorted());
  });

  it("is caught telling the right signature, or showing a stack trace", async ({ expect }) => {
    const told = await examine("tells the expected signature", ["hostile.forged", "http.secrets"]);
    expect(failuresOf(told)).toEqual(["http.secrets"]);
    const shown = await examine("stack trace", ["hostile.garbage", "http.traces"]);
    expect(failuresOf(shown)).toEqual(["http.traces"]);
  });

  it("that refuses everything is not praised for refusing", async ({ expect }) => {
    const states = statesOf(await examine("500", ["hostile", "push.taken"]));
    expect(states.get("push.taken")).toBe("failed");
    expect(states.get("hostile.forged")).toBe("unseen");
  });

  it("without a list is told what cannot be seen", async ({ expect }) => {
    const { url } = await serve("MsgId as a number");
    const target = { ...CREDENTIALS, url, mode: "secure", account: "gh_1" } as const;
    const report = await runSuite({ target, timeoutMs: 5_000, formatsToTry: ["xml"], handoverText: "人工" }, ["ids"]);
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

  it("says in Chinese and English that a server conforms, and exits with 0", async ({ expect }) => {
    const { url } = await serve();
    const { code, output } = await run(["--url", url, "--only", "verify,push.taken"]);
    expect(output).toContain("✓ 符合 / conforms: secure, XML + JSON");
    expect(code).toBe(0);
  });

  it("names what is wrong with its cure, exits with 1, and prints no secret", async ({ expect }) => {
    const { url } = await serve("leaks the token");
    const { code, output } = await run(["--url", url, "--only", "verify.forged,http.secrets"]);
    expect(code).toBe(1);
    expect(output).toMatch(/✗ MUST +http\.secrets/);
    expect(output).toContain("换掉 Token 与密钥");
    expect(output).not.toContain(token);
  });

  it("writes JSON for scripts, and takes a failed SHOULD for a failure only when it is strict", async ({ expect }) => {
    const { url } = await serve("XML alone");
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

  it("exits with 2 and shows how to call it when it was called wrongly", async ({ expect }) => {
    const { code, output } = await run(["--url", "nowhere"]);
    expect(code).toBe(2);
    expect(output).toContain("WECHAT_ENCODING_AES_KEY");
  });
});
