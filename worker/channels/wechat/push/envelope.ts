/**
 * Parses the body of a push, in the format set in the console (WECHAT.md §1.4). Its content type is not reliable, so
 * the first character determines the format. The same function parses the decrypted text of an encrypted push.
 */
import { err, ok, type Result } from "../../../../shared/base/result.ts";
import { readJsonEvent } from "./json-event.ts";
import { parseJson, type JsonProblem } from "./json.ts";
import { MAX_WIRE_LENGTH } from "./wire.ts";
import { readXmlFrame, type TextFrame, type XmlFrame } from "./xml/frame.ts";
import type { XmlProblem } from "./xml/parse.ts";

/** The data format of a push, the same inside and outside its encryption. */
export type WireFormat = "xml" | "json";

/** A parsed body. */
export interface Envelope extends XmlFrame {
  readonly format: WireFormat;
  /** The ciphertext, if any: in secure mode, or in compatible mode in addition to the plaintext fields. */
  readonly encrypt?: string;
}

/**
 * Why a body is not an envelope: it has neither format, is too long, is invalid in its format, or its `Encrypt` is not
 * a single text.
 */
export type EnvelopeProblem =
  | (XmlProblem & { readonly format: "xml" })
  | (JsonProblem & { readonly format: "json" })
  | { readonly format: WireFormat; readonly reason: "bad_encrypt" }
  | { readonly reason: "unknown_format" | "too_large" };

/**
 * Parses a body.
 *
 * @param body the received text, with or without a BOM
 * @param texts the fields with users' texts in the channel's pushes
 */
export function readEnvelope(body: string, texts: TextFrame): Result<Envelope, EnvelopeProblem> {
  if (body.length > MAX_WIRE_LENGTH) return err({ reason: "too_large" });
  const format = formatOf(body);
  if (format === undefined) return err({ reason: "unknown_format" });
  const frame = readFrame(body, format, texts);
  if (!frame.ok) return frame;
  const { fields } = frame.value;
  if (!Object.hasOwn(fields, "Encrypt")) return ok({ format, ...frame.value });
  const encrypt = fields["Encrypt"];
  if (typeof encrypt !== "string") return err({ reason: "bad_encrypt", format });
  return ok({ format, ...frame.value, encrypt });
}

/** Describes a problem for the operator, without any content of the body. */
export function describeEnvelopeProblem(problem: EnvelopeProblem): string {
  return "format" in problem ? `${problem.format}: ${problem.reason}` : problem.reason;
}

function formatOf(body: string): WireFormat | undefined {
  // trimStart treats a BOM as a space.
  const [first] = body.trimStart();
  if (first === "<") return "xml";
  return first === "{" ? "json" : undefined;
}

function readFrame(body: string, format: WireFormat, texts: TextFrame): Result<XmlFrame, EnvelopeProblem> {
  if (format === "xml") {
    const frame = readXmlFrame(body, texts);
    return frame.ok ? frame : err({ ...frame.error, format });
  }
  // JSON escapes a user's text, so it cannot look like a field.
  const parsed = parseJson(body);
  if (parsed.ok) return ok({ fields: parsed.value });
  const fields = readJsonEvent(body);
  return fields === undefined ? err({ ...parsed.error, format }) : ok({ fields, damaged: body });
}
