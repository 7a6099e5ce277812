/** Reads what is stored outside of objects, in Workers KV and in the bucket, by the names of docs/storage.md. */
import { env } from "cloudflare:workers";
import { findBucket } from "../../worker/archive/pictures/find-bucket.ts";
import { must } from "../support/conversation.ts";

/** Reads all keys and values of KV. */
export async function readKv(): Promise<readonly (readonly [string, string])[]> {
  const { keys } = await env.KV.list();
  const values = await Promise.all(keys.map(async ({ name }) => [name, await env.KV.get(name)] as const));
  return values.map(([name, value]) => [`KV ${prefixOf(name)}`, `${name} ${value}`]);
}

/** Reads all keys of the bucket, with metadata and content. */
export async function readBucket(): Promise<readonly (readonly [string, string])[]> {
  const bucket = must(findBucket(env), "bucket");
  const { objects } = await bucket.list({ prefix: "" });
  const texts = objects.map(async ({ key }) => {
    const stored = must(await bucket.get(key), "object");
    return `${key} ${JSON.stringify(stored.customMetadata)} ${new TextDecoder().decode(await stored.arrayBuffer())}`;
  });
  return [["R2 bucket MEDIA", (await Promise.all(texts)).join("\n")]];
}

/** Returns a key up to and with its first colon; the whole key without one. */
export function prefixOf(key: string): string {
  return key.includes(":") ? key.slice(0, key.indexOf(":") + 1) : key;
}
