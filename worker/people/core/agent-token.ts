/**
 * The text that proves an invite or a sign-in: the agent's id and 32 random bytes. The id determines the `Login` object
 * to call; only the SHA-256 of the bytes is stored.
 */

/** Parts of a token. */
export interface AgentToken {
  readonly agent: string;
  /** The random part, as in the token: base64url of 32 bytes. */
  readonly secret: string;
}

/** The id of an agent is `a` and 12 hex digits. */
const TOKEN = /^(a[0-9a-f]{12})\.([A-Za-z0-9_-]{43})$/;

/** Writes a token. */
export function formatToken({ agent, secret }: AgentToken): string {
  return `${agent}.${secret}`;
}

/** Reads a token. @returns undefined for a text that is not a token */
export function parseToken(text: string): AgentToken | undefined {
  const [, agent, secret] = TOKEN.exec(text) ?? [];
  return agent === undefined || secret === undefined ? undefined : { agent, secret };
}

/**
 * Returns whether two hashes are equal. It compares them to the end, so that the run time does not show where they
 * differ.
 */
export function isSameHash(left: string, right: string): boolean {
  let difference = left.length ^ right.length;
  for (let index = 0; index < left.length; index += 1) difference |= left.charCodeAt(index) ^ right.charCodeAt(index);
  return difference === 0;
}
