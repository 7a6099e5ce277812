/**
 * The types for receiving a push: credentials and query as input, an opened push or a problem as output. The code is in
 * `open-push.ts`.
 *
 * A problem states whether the push was `authentic`. A push that is not authentic is rejected and not stored. An
 * authentic push that cannot be parsed must be acknowledged and stored for the operator; otherwise WeChat repeats it
 * and shows the user an error.
 */
import type { CryptProblem, MessageCipher } from "./crypt.ts";
import type { EnvelopeProblem, WireFormat } from "./envelope.ts";
import type { WireFields } from "./wire.ts";

/** The push mode set in the WeChat console (WECHAT.md §1.1). In compatible mode only the encrypted part is read. */
export type PushMode = "secure" | "compatible" | "plain";

/**
 * The credentials with which an app receives pushes. During a rotation the current secrets come first, then the
 * previous ones.
 */
export interface PushCredentials {
  readonly appid: string;
  readonly mode: PushMode;
  readonly tokens: readonly string[];
  /** EncodingAESKeys, each of 43 characters; unused in plain mode. */
  readonly aesKeys: readonly string[];
}

/** The unverified query of a push or of the console's URL verification (WECHAT.md §1.2, §1.3). */
export interface PushQuery {
  readonly signature?: string | undefined;
  readonly timestamp?: string | undefined;
  readonly nonce?: string | undefined;
  readonly msg_signature?: string | undefined;
  readonly encrypt_type?: string | undefined;
  readonly echostr?: string | undefined;
}

/** How a reply must be encrypted: with the token and key that opened the push. */
export interface AcknowledgementSeal {
  readonly token: string;
  readonly cipher: MessageCipher;
  readonly appid: string;
}

/** An authentic push: verified, decrypted, with its fields parsed. */
export interface OpenedPush {
  readonly fields: WireFields;
  /** The text between the fields when it cannot be separated from them (`envelope.ts`). */
  readonly damaged?: string;
  /** The body, decrypted unless it was plaintext. */
  readonly text: string;
  /** The reply must have the same format. */
  readonly format: WireFormat;
  /** The timestamp that was signed, epoch ms; 0 when it is not a number. */
  readonly signedAt: number;
  /** Absent in plain mode. */
  readonly seal?: AcknowledgementSeal;
}

/** A parameter that is missing from the query. */
export interface MissingParameter {
  readonly reason: "missing_parameter";
  readonly name: keyof PushQuery;
}

/** Why the console's URL verification is rejected. */
export type EchoProblem = MissingParameter | { readonly reason: "bad_signature" };

/** Why a push is rejected as not proven to come from WeChat. */
export type UnauthenticProblem =
  | MissingParameter
  | { readonly reason: "bad_envelope"; readonly problem: EnvelopeProblem }
  | {
      /** The console and `WECHAT_PUSH_MODE` have different modes; both must be set to the same one. */
      readonly reason: "push_mode_mismatch";
      readonly expected: PushMode;
      readonly came: "plaintext" | "encrypted";
    }
  | { readonly reason: "bad_signature" }
  /**
   * Signed, but too old or too far in the future. `ageMs` is negative for the future and absent when the timestamp is
   * not a number.
   */
  | { readonly reason: "stale"; readonly ageMs?: number }
  | { readonly reason: "decrypt_failed"; readonly problem: CryptProblem }
  | { readonly reason: "wrong_appid" };

/** Why a push could not be opened. */
export type PushProblem =
  | (UnauthenticProblem & { readonly authentic: false })
  | {
      readonly authentic: true;
      readonly reason: "unreadable";
      /** The reason, without content. */
      readonly cause: string;
      /** The decrypted body. Contains user content: stored in the quarantine, must not be logged. */
      readonly text: string;
    };
