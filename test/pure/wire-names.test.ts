/**
 * A platform's names and codes occur only in `worker/channels/` (docs/design/0021-channel-port.md): elsewhere in
 * `worker/` and `shared/` none is a property, a whole text or a number, and only one place opens a channel. Texts for
 * people may name them.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, it } from "vitest";
import { ROOT } from "../../scripts/lib/build.ts";
import { isNode, parseSource, type Node } from "../../scripts/mutants/syntax.ts";
import { ERRCODES } from "../../worker/channels/wechat/errcode.ts";
import { must } from "../support/conversation.ts";
import { ALL_SAMPLES, EVENTS, MESSAGES } from "./channels/samples.ts";

const CHANNELS = "worker/channels/";

/** The files that may contain names of the wire format. */
const EXCEPTIONS: Readonly<Record<string, readonly string[]>> = {
  // Bodies and codes of the robots' vendors, some of which are WeChat's as well.
  "worker/alerts/core/vendors.ts": ["45009", "msgtype"],
  // A row names its user and its account itself, so it leaves out the fields that name them as well.
  "shared/message/raw.ts": ["FromUserName", "OpenID", "ToUserName"],
};

/** The files that import a channel or a family of channels, and why. */
const IMPORTERS = [
  // The formats of credentials.
  "worker/config/config.ts",
  // The type of what a call of WeChat's API needs.
  "worker/inbox/services.ts",
  // The token endpoint of a credential.
  "worker/objects/token-endpoint.ts",
  // Opens the channels.
  "worker/open-channel.ts",
  // WeChat's own tests of the connection, which no other platform has.
  "worker/routes/api/operations/diagnostics.ts",
];

/** Names of messages that are also types of our own. */
const SHARED_NAMES: ReadonlySet<string> = new Set(["text", "image"]);
const ELEMENTS = ALL_SAMPLES.flatMap(([, , { xml }]) =>
  [...xml.matchAll(/<([A-Za-z_]+)>/g)].map(([, name = ""]) => name),
)
  // Element names of one lower-case word, such as `id` and `list`, are common names in any code.
  .filter((name) => /^[A-Z]|_/.test(name));
/** Names of WeChat's API and of acknowledgements, which no push has. */
const CALLS = ["touser", "msgtype", "media_id", "errmsg", "access_token", "expires_in", "transfer_customer_service"];
const NAMES: ReadonlySet<string> = new Set(
  [...ELEMENTS, ...Object.keys(EVENTS), ...Object.keys(MESSAGES), ...CALLS].filter((name) => !SHARED_NAMES.has(name)),
);
const CODES: ReadonlySet<string> = new Set(Object.keys(ERRCODES).filter((code) => code.length >= 5));

/** The TypeScript files of a folder, from the root. */
function filesIn(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map(({ parentPath, name }) => relative(ROOT, join(parentPath, name)));
}

const OUTSIDE = [...filesIn("worker"), ...filesIn("shared")].filter((file) => !file.startsWith(CHANNELS));

/** The properties, whole texts and numbers of a file, in types as well. */
function wordsOf(file: string): ReadonlySet<string> {
  const words = new Set<string>();
  const visit = (node: Node): void => {
    const word = wordOf(node);
    if (word !== undefined) words.add(word);
    Object.values(node).flat().filter(isNode).forEach(visit);
  };
  visit(must(parseSource(readFileSync(join(ROOT, file), "utf8")), file));
  return words;
}

function wordOf(node: Node): string | undefined {
  if (node.type === "Literal") return String(node.value);
  if (node.type === "TemplateElement") return node.value.raw;
  if ("computed" in node && node.computed) return undefined;
  const name = "key" in node ? node.key : "property" in node ? node.property : undefined;
  return isNode(name) && name.type === "Identifier" ? name.name : undefined;
}

function isOfWire(word: string): boolean {
  return NAMES.has(word) || CODES.has(word);
}

describe("a name or code of the wire", () => {
  it("occurs in worker/ and shared/ only in channels/ and the few places listed here", ({ expect }) => {
    expect(OUTSIDE.length).toBeGreaterThan(150);
    const found = OUTSIDE.map((file) => [file, [...wordsOf(file)].filter(isOfWire).toSorted()] as const);
    expect(Object.fromEntries(found.filter(([, words]) => words.length > 0))).toEqual(EXCEPTIONS);
  });

  it("is found in channels/: of the head, of messages, of a user's events, of the API and of codes", ({ expect }) => {
    const words = filesIn(CHANNELS).map(wordsOf);
    const isFound = (name: string) => words.some((file) => file.has(name));
    const events = Object.entries(EVENTS).filter(
      ([, { says }]) => !("event" in says && says.event === "account-event"),
    );
    expect(events.length).toBeGreaterThan(5);
    const names = ["MsgType", "ToUserName", "SessionFrom", ...Object.keys(MESSAGES), ...events.map(([name]) => name)];
    expect([...names, "touser", "45047", "48001"].filter((name) => !isFound(name))).toEqual([]);
  });
});

describe("a channel", () => {
  it("is imported by its own module and the few files listed here, also by import()", ({ expect }) => {
    const importsChannel = (file: string) =>
      [...wordsOf(file)].some((word) => /^(?:\.{1,2}\/)+channels\/(?:wechat|mini-program)\//.test(word));
    expect(OUTSIDE.filter(importsChannel).toSorted()).toEqual(IMPORTERS);
  });
});
