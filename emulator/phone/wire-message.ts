/** The body of a custom/send as the emulator accepted it, parsed for display. */

/** The part named like the msgtype. */
export type MessagePart = Readonly<Record<string, unknown>>;

/** @returns the part named like the type; empty when there is none */
export function readBody(body: string, msgtype: string): MessagePart {
  const json: unknown = JSON.parse(body);
  const part: unknown = isObject(json) ? json[msgtype] : undefined;
  return isObject(part) ? part : {};
}

/** A field as text, empty when it is not text. */
export function fieldOf(part: MessagePart, name: string): string {
  const value = part[name];
  return typeof value === "string" ? value : "";
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
