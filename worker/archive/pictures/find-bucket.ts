/** Finds the optional R2 bucket of users' pictures, the binding `MEDIA`. */

/** An object in the bucket. */
export interface StoredObject {
  readonly key: string;
  readonly uploaded: Date;
  readonly customMetadata?: Record<string, string>;
}

/** The part of the R2 API that is used. Each method throws when the bucket fails. */
export interface Bucket {
  put(key: string, bytes: Uint8Array, options: { readonly customMetadata: Record<string, string> }): Promise<unknown>;
  get(key: string): Promise<(StoredObject & { arrayBuffer(): Promise<ArrayBuffer> }) | null>;
  head(key: string): Promise<StoredObject | null>;
  list(options: {
    readonly prefix: string;
    readonly include?: ["customMetadata"];
    readonly cursor?: string;
  }): Promise<
    { readonly objects: readonly StoredObject[] } & (
      | { readonly truncated: true; readonly cursor: string }
      | { readonly truncated: false }
    )
  >;
  delete(keys: string[]): Promise<void>;
}

/** Returns the bucket; undefined without the binding, in which case no picture is stored. */
export function findBucket(env: object): Bucket | undefined {
  return "MEDIA" in env && isBucket(env.MEDIA) ? env.MEDIA : undefined;
}

/** Returns whether a value is a bucket; a variable with the same name would be a string. */
function isBucket(value: unknown): value is Bucket {
  return typeof value === "object" && value !== null && "put" in value && "list" in value;
}
