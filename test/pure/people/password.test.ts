/** Which passwords are accepted, and how they are hashed. */
import * as crypto from "node:crypto";
import { describe, it } from "vitest";
import { findPasswordProblem } from "../../../worker/people/core/password.ts";
import { createPasswordHasher } from "../../../worker/people/password-hash.ts";

describe("a password", () => {
  it.for(["correct horse", "客服中心的小王今天很忙啊", "x7#kQ2!pLm", "Zhang-2026-本店", "aaaaaaaaaabcde"])(
    "%j is accepted",
    (password, { expect }) => {
      expect(findPasswordProblem(password, "小王")).toBeUndefined();
    },
  );

  it.for([
    ["", "too_short"],
    ["x7#kQ2!pL", "too_short"],
    ["客服中心的小王今天", "too_short"],
    ["x7#kQ2!pLm".repeat(21), "too_long"],
    ["1234567890", "common"],
    ["１２３４５６７８９０", "common"],
    ["0987654321", "common"],
    ["7890123456", "common"],
    ["qwertyuiop", "common"],
    ["POIUYTREWQ", "common"],
    ["1qaz2wsx3edc", "common"],
    ["abcdefghijkl", "common"],
    ["Password123", "common"],
    ["admin123456", "common"],
    ["woaini1314520", "common"],
    ["5201314520", "common"],
    ["aaaaaaaaaaaa", "common"],
    ["1212121212", "common"],
    ["abcde12abcde12", "common"],
    ["Qwerty@2026", "common"],
    ["iLoveYou1314", "common"],
    ["  password123  ", "common"],
    ["password123\u200b", "common"],
    ["1 2 3 4 5 6 7 8 9 0", "common"],
    ["\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008\u000e\u000f", "common"],
    ["\ud800\ud801\ud802\ud803\ud804\ud805\ud806\ud807\ud808\ud809", "common"],
    ["xiaowang2026!", "like_name"],
    ["the XIAOWANG!", "like_name"],
  ] as const)("%j is refused: %s", ([password, problem], { expect }) => {
    expect(findPasswordProblem(password, "xiaowang")).toBe(problem);
  });

  it("may contain a name of less than four characters, which occurs by chance", ({ expect }) => {
    expect(findPasswordProblem("the LI of this", "Li")).toBeUndefined();
  });
});

describe("a hash of a password", () => {
  const hasher = createPasswordHasher(crypto);
  const stored = hasher.hash("correct horse１");

  it("has its parameters and a random salt, and not the password", ({ expect }) => {
    expect(stored).toMatchObject({ algorithm: "scrypt", n: 16_384, r: 8, p: 5 });
    expect(hasher.hash("correct horse１").hash).not.toBe(stored.hash);
    expect(JSON.stringify(stored)).not.toContain("correct");
  });

  it("matches only this password, written in either width", ({ expect }) => {
    expect(hasher.verify("correct horse1", stored)).toBe(true);
    expect(hasher.verify("correct horse2", stored)).toBe(false);
    expect(hasher.verify("", stored)).toBe(false);
  });

  it("is the result of scrypt with its parameters, also with those of an older version", ({ expect }) => {
    const salt = Buffer.from("0123456789abcdef");
    const older = { algorithm: "scrypt", n: 1_024, r: 4, p: 1, salt: salt.toString("base64") } as const;
    const hash = crypto.scryptSync("correct horse", salt, 32, { N: 1_024, r: 4, p: 1 }).toString("base64");
    expect(hasher.verify("correct horse", { ...older, hash })).toBe(true);
  });

  it("that is missing matches no password", ({ expect }) => {
    expect(hasher.verify("", null)).toBe(false);
    expect(hasher.verify("correct horse", null)).toBe(false);
  });
});
