/**
 * The calls that a channel may have beside the port, each a type of its own. `openTools` loads them by `import()`: no push
 * needs them. Deadlines are epoch ms. A failed call pauses nothing. No method throws for an expected failure.
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

/** The typing indicator. */
export interface Typing {
  /** Shows or removes it. Showing one that is already shown succeeds. */
  setTyping(target: Target, isOn: boolean, deadline: number): Promise<Result<null, TypingProblem>>;
}

/** Why the indicator did not change. */
export type TypingProblem =
  | CallFailure
  /** The platform shows it only soon after a message. */
  | { readonly result: "no_recent_message"; readonly code: string };

/** Uploads a file for a message or a card. */
export interface MediaUpload {
  /** Type, by the first bytes, and size are checked before a request leaves. */
  upload(file: UploadedFile, deadline: number): Promise<Result<UploadedMedia, UploadProblem>>;
}

/** A file to upload. */
export interface UploadedFile {
  readonly type: "image" | "voice" | "video" | "file";
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A file the platform has accepted. Times in epoch ms. */
export interface UploadedMedia {
  readonly mediaId: string;
  readonly createdAt: number;
  /** After this time the platform does not know the id. */
  readonly expiresAt: number;
}

/** Why a file was not uploaded. */
export type UploadProblem =
  | CallFailure
  /** The channel does not accept such files. */
  | { readonly result: "unsupported_type" }
  /** Sizes in bytes. */
  | { readonly result: "too_large"; readonly limit: number; readonly actual: number };

/** Fetches a file a user sent. */
export interface MediaDownload {
  /** @param mediaId from the event */
  download(mediaId: string, deadline: number): Promise<Result<DownloadedMedia, CallFailure>>;
}

/** A file from the platform. */
export interface DownloadedMedia {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /**
   * By the first bytes; `application/octet-stream` for an unknown format: never a type that a browser executes.
   */
  readonly contentType: string;
}
