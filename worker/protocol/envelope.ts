/**
 * The body of a push, whichever format the console is set to (WECHAT.md §1.4). The content type is not to be trusted
 * there, so the first character decides. The same function reads what was inside an encrypted push.
 */
import type { WireFields } from "../../shared/inbound.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import { parseJson, type JsonProblem } from "./json.ts";
import { MAX_WIRE_LENGTH } from "./wire.ts";
import { parseXml, type XmlProblem } from "./xml.ts";

/** The data format of a push, the same inside and outside its encryption. */
export type WireFormat = "xml" | "json";

/** A body taken apart. */
export interface Envelope {
  readonly format: WireFormat;
  readonly fields: WireFields;
  /** The ciphertext, when there is one: secure mode, or compatible mode beside the plain fields. */
  readonly encrypt?: string;
}

/** Why a body is no envelope: neither format, too long for any, a problem of its format, or an `Encrypt` not one text. */
export type EnvelopeProblem =
  | (XmlProblem & { readonly format: "xml" })
  | (JsonProblem & { readonly format: "json" })
  | { readonly format: WireFormat; readonly reason: "bad_encrypt" }
  | { readonly reason: "unknown_format" | "too_large" };

/**
 * Reads a body.
 *
 * @param body text as it came, a BOM included or not
 */
export function readEnvelope(body: string): Result<Envelope, EnvelopeProblem> {
  if (body.length > MAX_WIRE_LENGTH) return err({ reason: "too_large" });
  const format = formatOf(body);
  if (format === undefined) return err({ reason: "unknown_format" });
  const fields = readFields(body, format);
  if (!fields.ok) return fields;
  if (!Object.hasOwn(fields.value, "Encrypt")) return ok({ format, fields: fields.value });
  const encrypt = fields.value["Encrypt"];
  if (typeof encrypt !== "string") return err({ reason: "bad_encrypt", format });
  return ok({ format, fields: fields.value, encrypt });
}

/** Describes a problem for the operator, without a byte of the content. */
export function describeEnvelopeProblem(problem: EnvelopeProblem): string {
  return "format" in problem ? `${problem.format}: ${problem.reason}` : problem.reason;
}

function formatOf(body: string): WireFormat | undefined {
  // trimStart takes a BOM for a space.
  const [first] = body.trimStart();
  if (first === "<") return "xml";
  return first === "{" ? "json" : undefined;
}

function readFields(body: string, format: WireFormat): Result<WireFields, EnvelopeProblem> {
  if (format === "xml") {
    const parsed = parseXml(body);
    return parsed.ok ? parsed : err({ ...parsed.error, format });
  }
  const parsed = parseJson(body);
  return parsed.ok ? parsed : err({ ...parsed.error, format });
}
