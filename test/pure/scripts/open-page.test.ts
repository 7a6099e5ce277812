/** `npm start -- --open`: the command of each platform, and a page that is not opened. */
import { describe, it } from "vitest";
import { openCommand, openPage } from "../../../scripts/lib/open-page.ts";

const PAGE = "http://127.0.0.1:8788/";

describe("the command that opens a page", () => {
  it.for([
    ["linux", ["xdg-open", PAGE]],
    ["freebsd", ["xdg-open", PAGE]],
    ["darwin", ["open", PAGE]],
    ["win32", ["rundll32.exe", "url.dll,FileProtocolHandler", PAGE]],
  ] as const)("on %s needs no shell", ([platform, command], { expect }) => {
    expect(openCommand(platform, PAGE)).toEqual(command);
  });

  it.for([
    ["a missing program", ["edge-kefu-no-such-program", PAGE], "edge-kefu-no-such-program: ENOENT"],
    ["a program that fails", [process.execPath, "-e", "process.exit(3)"], "exit code 3"],
  ] as const)("reports %s in one line with the address", async ([, command, reason], { expect }) => {
    const line = await new Promise<string>((resolve) => openPage(PAGE, resolve, command));
    expect(line).toContain(`the browser was not opened, open ${PAGE} yourself (`);
    expect(line).toContain(`${reason})`);
    expect(line).not.toContain("\n");
  });
});
