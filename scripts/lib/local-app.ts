/**
 * The mini program and the API key of the local stack. Separate from `stack.ts`, so that the doctor can import them
 * without the code that starts Workers.
 */

/** The mini program of the local stack. Its secrets need no protection: they give access to the emulator only. */
export const LOCAL_APP = {
  appid: "wx0123456789abcdef",
  secret: "0123456789abcdef0123456789abcdef",
  token: "edgekefulocaltoken",
  aesKey: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
} as const;

/** The API key of the local stack. */
export const LOCAL_API_KEY = "local-key-0123456789abcdef";

/** The key with which the local shop's back end signs contexts. */
export const LOCAL_CONTEXT_KEY = "local-context-key-0123456789abcdef";

/** The secret with which the local worker signs webhooks. */
export const LOCAL_WEBHOOK_SECRET = "whsec_ZWRnZS1rZWZ1LWxvY2FsLXdlYmhvb2stc2VjcmV0ISE=";

/**
 * The key with which the local worker seals texts unless `.dev.vars` has one. The key is always the same, so that data
 * of an earlier start stays readable.
 */
export const LOCAL_DATA_KEY = "ZWRnZS1rZWZ1LWxvY2FsLWRhdGEta2V5LTAxMjM0NTY=";
