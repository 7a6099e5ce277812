/** Uploads a picture for a reply. With XMLHttpRequest, because fetch does not report how much of a body was sent. */
import type { UploadedPicture } from "../model/unsent.ts";
import { ApiProblem, problemFrom } from "./api.ts";

/** How long an upload may take, milliseconds. */
const UPLOAD_TIMEOUT_MS = 60_000;

/**
 * Uploads a picture to WeChat for a conversation. A repeat uploads it again, which has no effect for the user,
 * because the id of the reply ensures that the picture is sent once.
 *
 * @param onShare called with the share that was sent, 0 to 1
 * @throws ApiProblem
 */
export function uploadPicture(
  conversation: string,
  bytes: Blob,
  onShare: (share: number) => void,
): Promise<UploadedPicture> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const fail = (): void => reject(new ApiProblem(0, "unreachable", {}));
    request.open("POST", `/api/v1/conversations/${conversation}/media`);
    request.setRequestHeader("content-type", bytes.type);
    request.responseType = "json";
    request.timeout = UPLOAD_TIMEOUT_MS;
    request.upload.addEventListener("progress", ({ loaded, total }) => onShare(total === 0 ? 0 : loaded / total));
    request.addEventListener("load", () => {
      const { status, response } = request;
      const uploaded = status === 201 ? readUploaded(response) : null;
      if (uploaded === null) reject(problemFrom(status, response, request.getResponseHeader("retry-after")));
      else resolve(uploaded);
    });
    request.addEventListener("error", fail);
    request.addEventListener("timeout", fail);
    request.send(bytes);
  });
}

function readUploaded(answer: unknown): UploadedPicture | null {
  if (typeof answer !== "object" || answer === null) return null;
  const { mediaId, expiresAt }: Readonly<Record<string, unknown>> = { ...answer };
  if (typeof mediaId !== "string" || typeof expiresAt !== "string") return null;
  return { mediaId, expiresAt: Date.parse(expiresAt) };
}
