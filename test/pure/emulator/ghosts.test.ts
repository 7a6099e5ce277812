/** Users that the emulator must not create: those of a push that a reset overtook, and those of a forged push. */
import { describe, it } from "vitest";
import { APP, createHarness, seal, transfer } from "./harness.ts";

describe("a reset while a push is under way", () => {
  it.for([
    { answer: "a failure", body: async () => new Response("", { status: 500 }), outcome: "unavailable" },
    {
      answer: "a hand-over",
      body: async () => new Response(await seal(APP, transfer(APP, "oUser"))),
      outcome: "transferred",
    },
  ])("leaves no user behind when $answer arrives after it, and sends nothing again", async (row, { expect }) => {
    const { control, worker } = createHarness();
    await control.agent({ on: true, reply: "您好" });
    worker.answer = async () => {
      await control.reset();
      return row.body();
    };
    const record = await control.text("oUser", "x");
    expect(record).toMatchObject({ outcome: row.outcome, attempts: [{}] });
    expect(record.attempts).toHaveLength(1);
    expect((await control.state()).users).toStrictEqual([]);
  });

  it("writes no error line to the same user, who has entered again", async ({ expect }) => {
    const { control, worker } = createHarness();
    worker.answer = async () => {
      worker.answer = () => new Response("success");
      await control.reset();
      await control.text("oUser", "again");
      return new Response("nonsense");
    };
    await control.text("oUser", "before");
    expect((await control.chat("oUser")).lines).toMatchObject([{ from: "user", content: { content: "again" } }]);
  });
});

describe("a push the platform would not build", () => {
  it.for([{ signature: "f".repeat(40) }, { receiveId: "wx0" }, { plaintext: "<xml></xml>" }])(
    "creates no user (%o)",
    async (overrides, { expect }) => {
      const { control } = createHarness();
      await control.text("oNobody", "x", { overrides });
      expect((await control.state()).users).toStrictEqual([]);
    },
  );
});
