/** Parses the body of an accepted custom/send, for display. */

/** The object named after the msgtype. */
export type MessagePart = Readonly<Record<string, unknown>>;

/** Parses a body. @returns the object named after the msgtype; empty when there is none */
export function readBody(body: string, msgtype: string): MessagePart {
  const json: unknown = JSON.parse(body);
  const part: unknown = isObject(json) ? json[msgtype] : undefined;
  return isObject(part) ? part : {};
}

/** Returns a field as text; empty when it is not text. */
export function fieldOf(part: MessagePart, name: string): string {
  const value = part[name];
  return typeof value === "string" ? value : "";
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
