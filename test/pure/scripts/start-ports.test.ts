/** `npm start -- --port N`: the rule of the flag, and a port that is taken. */
import { describe, it } from "vitest";
import { findTakenPort, readPorts } from "../../../scripts/lib/start-ports.ts";

describe("--port", () => {
  it.for([1_024, 9_000, 65_533])("gives the worker %i, the emulator and the shop the two after it", (n, { expect }) => {
    expect(readPorts(String(n))).toEqual({ ok: true, value: { worker: n, emulator: n + 1, orders: n + 2 } });
  });

  it.for([
    "",
    "0",
    "80",
    "1023",
    "65534",
    "65535",
    "65536",
    "99999999",
    "8787.5",
    "1e4",
    "0x2253",
    " 9000",
    "-9000",
    "auto",
  ])("refuses %j with the flag, the rule and the remedy", (text, { expect }) => {
    const read = readPorts(text);
    const { en, zh } = read.ok ? { en: "", zh: "" } : read.error;
    expect(en).toBe(
      "--port: it must be a whole number from 1024 to 65533, because the emulator and the shop use the two ports after it: pass for example --port 9000",
    );
    expect(zh).toContain("--port：须为 1024 到 65533 的整数");
  });

  it.for([
    [9_000, "worker"],
    [9_001, "emulator"],
    [9_002, "shop"],
  ] as const)("names the taken port %i, its part (%s) and the remedy", async ([taken, part], { expect }) => {
    const ports = { worker: 9_000, emulator: 9_001, orders: 9_002 };
    const fault = await findTakenPort(ports, async (port) => port !== taken);
    expect(fault?.wrong.en).toBe(`--port 9000: port ${taken} (${part}) is taken`);
    expect(fault?.wrong.zh).toBe(`--port 9000：端口 ${taken}（${part}）已被占用`);
    expect(fault?.cure.en).toBe("end the program that uses it, or pass another --port");
    expect(await findTakenPort(ports, async () => true)).toBeUndefined();
  });
});
