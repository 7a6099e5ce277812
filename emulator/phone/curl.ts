/** Formats an exchange as a curl command for a POSIX shell. */
import type { WireRequest } from "../phone-model.ts";

/** Headers that curl or the transport sets by itself. */
const MADE_BY_CURL = new Set(["host", "content-length", "connection", "accept-encoding", "user-agent", "accept"]);

/** Builds the command; every argument is quoted. */
export function toCurl(request: WireRequest): string {
  const lines = [`curl -i ${request.method === "GET" ? "" : `-X ${request.method} `}${quote(request.url)}`];
  for (const [name, value] of request.headers) {
    const isOurs = !MADE_BY_CURL.has(name) && !name.startsWith("cf-") && !name.startsWith("mf-");
    if (isOurs) lines.push(`-H ${quote(`${name}: ${value}`)}`);
  }
  if (request.body !== "") lines.push(`--data-raw ${quote(request.body)}`);
  return lines.join(" \\\n  ");
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
