/**
 * What receiving a push takes and gives: credentials and query in, an opened push or a problem out. Types only; the
 * work is in `open-push.ts`.
 *
 * A problem says whether the push was `authentic`. What is not, is refused and forgotten. What is, but cannot be read,
 * is WeChat's: it must be acknowledged and kept for the operator, or WeChat sends it again and shows the user a fault.
 */
import type { WireFields } from "../../../../shared/message/inbound.ts";
import type { CryptProblem, MessageCipher } from "./crypt.ts";
import type { EnvelopeProblem, WireFormat } from "./envelope.ts";

/** The push mode set in the WeChat console (WECHAT.md §1.1). Of a compatible push only the encrypted half is read. */
export type PushMode = "secure" | "compatible" | "plain";

/** What an app needs to receive. In a rotation the current secrets come first, then the previous ones. */
export interface PushCredentials {
  readonly appid: string;
  readonly mode: PushMode;
  readonly tokens: readonly string[];
  /** EncodingAESKeys, each of 43 characters; unused in plain mode. */
  readonly aesKeys: readonly string[];
}

/** The query of a push or of the console's URL check, as it came (WECHAT.md §1.2, §1.3). */
export interface PushQuery {
  readonly signature?: string | undefined;
  readonly timestamp?: string | undefined;
  readonly nonce?: string | undefined;
  readonly msg_signature?: string | undefined;
  readonly encrypt_type?: string | undefined;
  readonly echostr?: string | undefined;
}

/** How a reply must be encrypted: with the token and key that held for the push. */
export interface AcknowledgementSeal {
  readonly token: string;
  readonly cipher: MessageCipher;
  readonly appid: string;
}

/** A push that is WeChat's: verified, decrypted, and its fields read. */
export interface OpenedPush {
  readonly fields: WireFields;
  /** What lies between the fields when the text cannot be separated from them (`envelope.ts`). */
  readonly damaged?: string;
  /** The body, decrypted. */
  readonly text: string;
  /** The reply must have the same. */
  readonly format: WireFormat;
  /** The timestamp that was signed, epoch ms; 0 when it is not a number. */
  readonly signedAt: number;
  /** Absent in plain mode. */
  readonly seal?: AcknowledgementSeal;
}

/** A parameter the query lacks. */
export interface MissingParameter {
  readonly reason: "missing_parameter";
  readonly name: keyof PushQuery;
}

/** Why the console's URL check is refused. */
export type EchoProblem = MissingParameter | { readonly reason: "bad_signature" };

/** Why a push is refused although nothing proves it WeChat's. */
export type UnauthenticProblem =
  | MissingParameter
  | { readonly reason: "bad_envelope"; readonly problem: EnvelopeProblem }
  | {
      /** The console and `WECHAT_PUSH_MODE` disagree; the cure is to set both alike. */
      readonly reason: "push_mode_mismatch";
      readonly expected: PushMode;
      readonly came: "plaintext" | "encrypted";
    }
  | { readonly reason: "bad_signature" }
  /**
   * Signed, but too long ago or too far ahead. `ageMs` is negative for the future and absent when the timestamp is not
   * a number.
   */
  | { readonly reason: "stale"; readonly ageMs?: number }
  | { readonly reason: "decrypt_failed"; readonly problem: CryptProblem }
  | { readonly reason: "wrong_appid" };

/** Why a push did not become an `Inbound`. */
export type PushProblem =
  | (UnauthenticProblem & { readonly authentic: false })
  | {
      readonly authentic: true;
      readonly reason: "unreadable";
      /** What is wrong, without content. */
      readonly cause: string;
      /** The body, decrypted: content, for the quarantine and not for a log. */
      readonly text: string;
    };
