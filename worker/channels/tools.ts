/**
 * The calls that only some channels have, in addition to the port; each has its own type. `Channels.openTools` loads
 * them by `import()`, because no push uses them. Deadlines are epoch ms. A failed call does not pause the account. No method
 * throws for an expected failure.
 */
import type { Result } from "../../shared/base/result.ts";
import type { CallFailure } from "../../shared/message/delivery.ts";
import type { Target } from "./channel.ts";

/** The tools of a channel. */
export interface ChannelTools {
  readonly typing: Typing;
  readonly upload: MediaUpload;
  readonly download: MediaDownload;
}

/** Switches the typing indicator. */
export interface Typing {
  /** Shows or hides the indicator, or returns why it did not change. Showing it again while it is shown succeeds. */
  setTyping(target: Target, isOn: boolean, deadline: number): Promise<Result<null, TypingProblem>>;
}

/** Why the indicator did not change. */
export type TypingProblem =
  | CallFailure
  /** The platform shows the indicator only within a short time after a message. */
  | { readonly result: "no_recent_message"; readonly code: string };

/** Uploads a file for a message or a card. */
export interface MediaUpload {
  /** Uploads a file. Its type, determined from the first bytes, and its size are checked before the request. */
  upload(file: UploadedFile, deadline: number): Promise<Result<UploadedMedia, UploadProblem>>;
}

/** A file to upload. */
export interface UploadedFile {
  readonly type: "image" | "voice" | "video" | "file";
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A file that the platform has accepted. Times in epoch ms. */
export interface UploadedMedia {
  readonly mediaId: string;
  readonly createdAt: number;
  /** After this time the id is invalid. */
  readonly expiresAt: number;
}

/** Why a file was not uploaded. */
export type UploadProblem =
  | CallFailure
  /** The channel does not accept such files. */
  | { readonly result: "unsupported_type" }
  /** The file is larger than the limit; both in bytes. */
  | { readonly result: "too_large"; readonly limit: number; readonly actual: number };

/** Downloads a file that a user sent. */
export interface MediaDownload {
  /** Downloads a file. @param mediaId the id from the event */
  download(mediaId: string, deadline: number): Promise<Result<DownloadedMedia, CallFailure>>;
}

/** A file that was downloaded from the platform. */
export interface DownloadedMedia {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /**
   * Determined from the first bytes; `application/octet-stream` for an unknown format: never a type that a browser
   * executes.
   */
  readonly contentType: string;
}
