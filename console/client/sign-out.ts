import type { Desk } from "./desk.ts";
/** Signing out, and the cases in which the agent counts as signed out although the request failed. */
import { isSignedOut, type LinkState } from "./link.ts";

/** The part of the desk that signing out uses. */
interface LeavableDesk extends Pick<Desk, "saveAll" | "stopAndForget"> {
  readonly link: { readonly get: () => LinkState };
}

/**
 * Signs out, then removes the agent's texts from this browser.
 *
 * @param endSignIn ends the sign-in on the server; rejects when it may not have ended
 * @throws what `endSignIn` throws, unless the server has reported on the connection that the agent is signed out: the
 *   connection ends with the sign-in, perhaps before the answer is lost. After any other end of the connection the
 *   cookie may still be valid
 */
export async function signOut(desk: LeavableDesk, endSignIn: () => Promise<void>): Promise<void> {
  desk.saveAll();
  try {
    await endSignIn();
  } catch (error) {
    if (!isSignedOut(desk.link.get())) throw error;
  }
  desk.stopAndForget();
}
