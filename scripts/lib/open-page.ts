/** Opens a page in the default browser, by the program of each platform and without a shell. */
import { spawn } from "node:child_process";

/** A program and its arguments. */
export type Command = readonly [program: string, ...args: string[]];

/**
 * Returns the command that opens an address in the default browser. On Windows `start` exists only within a shell;
 * this is the program's own form of it.
 */
export function openCommand(platform: NodeJS.Platform, url: string): Command {
  if (platform === "darwin") return ["open", url];
  if (platform === "win32") return ["rundll32.exe", "url.dll,FileProtocolHandler", url];
  return ["xdg-open", url];
}

/**
 * Runs the command and does not wait for it: some programs run until the browser ends.
 *
 * @param onProblem receives in one line that the page was not opened, with its address
 */
export function openPage(url: string, onProblem: (line: string) => void, command = openCommand(process.platform, url)) {
  const [program, ...args] = command;
  const report = (reason: string): void => {
    onProblem(
      `· 未能打开浏览器，请自行打开 ${url} / the browser was not opened, open ${url} yourself (${program}: ${reason})`,
    );
  };
  // Detached, so that a Ctrl-C for `npm start` does not end a browser that the command has started.
  const child = spawn(program, args, { stdio: "ignore", detached: true, windowsHide: true });
  child.once("error", (error) => report("code" in error ? String(error.code) : error.message));
  child.once("exit", (code) => {
    if (code !== null && code !== 0) report(`exit code ${code}`);
  });
  child.unref();
}
