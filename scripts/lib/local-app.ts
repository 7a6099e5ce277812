/**
 * The mini program and the API key of the local stack. Apart from `stack.ts`, so that the doctor can know them without
 * loading what starts Workers.
 */

/** The mini program of the local stack. Its secrets are worth nothing: they open only the emulator. */
export const LOCAL_APP = {
  appid: "wx0123456789abcdef",
  secret: "0123456789abcdef0123456789abcdef",
  token: "edgekefulocaltoken",
  aesKey: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
} as const;

/** The API key of the local stack. */
export const LOCAL_API_KEY = "local-key-0123456789abcdef";

/** What the local shop's back end signs contexts with. */
export const LOCAL_CONTEXT_KEY = "local-context-key-0123456789abcdef";

/** What the local worker signs webhooks with. */
export const LOCAL_WEBHOOK_SECRET = "whsec_ZWRnZS1rZWZ1LWxvY2FsLXdlYmhvb2stc2VjcmV0ISE=";
