/**
 * Stores, reads and deletes the users' pictures in the bucket. They are sealed like the texts of shared objects. A key
 * is `<conversation>/<log>/<hash>`: the object's id, the id of the log, and the first 32 digits of the SHA-256 of the
 * picture's id. No key has an openid.
 */
import { ok, type Result } from "../../../shared/base/result.ts";
import { generationOf } from "../../conversation/core/log-id.ts";
import { hexDigest } from "../../platform/digest.ts";
import { loadTextSealer, type SealedPlace, type UnsealProblem } from "../../platform/sealed-text.ts";
import type { Bucket, StoredObject } from "./find-bucket.ts";

/** A picture of a conversation. */
export interface PictureName {
  /** The object's id, 64 hex digits. */
  readonly conversation: string;
  readonly log: string;
  readonly mediaId: string;
}

/** The number of hex digits of the hash in a key. */
const HASH_LENGTH = 32;

/** A picture as it is stored. */
export interface KeptPicture {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Determined from the first bytes when it was downloaded. */
  readonly contentType: string;
}

/** Stores a picture. @param at when it was received, epoch ms @throws Error without a key, or when the bucket fails */
export async function putPicture(
  bucket: Pick<Bucket, "put">,
  dataKeys: readonly string[],
  name: PictureName,
  { bytes, contentType }: KeptPicture,
  at: number,
): Promise<void> {
  const sealer = await loadTextSealer(dataKeys);
  if (!sealer.ok) throw new Error("DATA_KEY is not set: run npx wrangler secret put DATA_KEY");
  const key = await keyOf(name);
  const customMetadata = { at: String(at), type: contentType };
  await bucket.put(key, sealer.value.sealBytes(placeOf(key, contentType), bytes), { customMetadata });
}

/** Returns whether a picture is stored. */
export async function hasPicture(bucket: Pick<Bucket, "head">, name: PictureName): Promise<boolean> {
  return (await bucket.head(await keyOf(name))) !== null;
}

/**
 * Reads a picture.
 * @returns null when it is not stored; an error when it cannot be opened, or there is no data key
 * @throws Error when the bucket fails
 */
export async function readPicture(
  bucket: Pick<Bucket, "get">,
  dataKeys: readonly string[],
  name: PictureName,
): Promise<Result<KeptPicture | null, UnsealProblem | { readonly reason: "no_key" }>> {
  const key = await keyOf(name);
  const [stored, sealer] = await Promise.all([bucket.get(key), loadTextSealer(dataKeys)]);
  if (stored === null) return ok(null);
  if (!sealer.ok) return sealer;
  const contentType = stored.customMetadata?.["type"] ?? "";
  const opened = sealer.value.openBytes(placeOf(key, contentType), new Uint8Array(await stored.arrayBuffer()));
  return opened.ok ? ok({ bytes: opened.value, contentType }) : opened;
}

/** Deletes the pictures of all logs up to a generation. Resolves when none of them is stored. */
export async function deletePictures(
  bucket: Pick<Bucket, "list" | "delete">,
  conversation: string,
  generation: number,
): Promise<void> {
  for await (const page of pagesOf(bucket, `${conversation}/`)) {
    const erased = page.filter(({ key }) => generationOf(key.split("/")[1] ?? "") <= generation);
    if (erased.length > 0) await bucket.delete(erased.map(({ key }) => key));
  }
}

/**
 * Deletes the pictures of a log that were received before a time.
 * @returns when the oldest remaining one was received, epoch ms; undefined when none remains
 */
export async function deletePicturesBefore(
  bucket: Pick<Bucket, "list" | "delete">,
  { conversation, log }: Omit<PictureName, "mediaId">,
  time: number,
): Promise<number | undefined> {
  let oldest = Number.POSITIVE_INFINITY;
  for await (const page of pagesOf(bucket, `${conversation}/${log}/`)) {
    const expired = page.filter((object) => receivedAt(object) < time);
    for (const object of page) if (receivedAt(object) >= time) oldest = Math.min(oldest, receivedAt(object));
    if (expired.length > 0) await bucket.delete(expired.map(({ key }) => key));
  }
  return oldest === Number.POSITIVE_INFINITY ? undefined : oldest;
}

async function* pagesOf(bucket: Pick<Bucket, "list">, prefix: string): AsyncGenerator<readonly StoredObject[]> {
  let cursor: string | undefined;
  do {
    const page = await bucket.list({ prefix, include: ["customMetadata"], ...(cursor !== undefined && { cursor }) });
    yield page.objects;
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor !== undefined);
}

function receivedAt({ customMetadata, uploaded }: StoredObject): number {
  const at = Number(customMetadata?.["at"]);
  return Number.isSafeInteger(at) ? at : uploaded.getTime();
}

async function keyOf({ conversation, log, mediaId }: PictureName): Promise<string> {
  return `${conversation}/${log}/${(await hexDigest("SHA-256", mediaId)).slice(0, HASH_LENGTH)}`;
}

/** Binds a picture to its key and content type: if either is changed, the picture cannot be opened. */
function placeOf(key: string, contentType: string): SealedPlace {
  return { place: `media:${contentType}`, row: key };
}
