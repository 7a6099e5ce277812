/**
 * Masks secrets in the panel until the developer reveals them. The secrets give access only to the emulator, but
 * screenshots and shared screens should show none.
 */

const IN_QUERY = /([?&](?:access_token|secret)=)([^&\s"']+)/g;
const IN_JSON = /("(?:access_token|secret)"\s*:\s*")([^"]+)(")/g;

/** Masks a value except its first four characters. */
export function maskValue(value: string): string {
  return `${value.slice(0, 4)}${"•".repeat(8)}`;
}

/** Masks access_token and secret in a URL or a body. */
export function maskSecrets(text: string): string {
  return text
    .replaceAll(IN_QUERY, (_, head: string, value: string) => head + maskValue(value))
    .replaceAll(IN_JSON, (_, head: string, value: string, tail: string) => head + maskValue(value) + tail);
}
