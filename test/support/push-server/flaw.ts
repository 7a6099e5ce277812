/** The faults that the push server of the conformance tests can be given, one at a time. */

/** The fault of the server. */
export type Flaw =
  // faults as a web server
  | "500"
  | "garbage"
  | "hangs"
  | "hangs now and then"
  | "dies of a bomb"
  | "few at once"
  | "takes PUT"
  | "leaks the token"
  | "tells the expected signature"
  | "stack trace"
  // URL verification
  | "echoes anything"
  | "echoes in quotes"
  | "echoes as a page"
  | "sorts by locale"
  // signature and encryption
  | "no signature check"
  | "signature instead of msg_signature"
  | "takes plaintext"
  | "takes any appid"
  | "takes what is old"
  | "takes the plain half"
  | "padding to 16"
  | "text before bytes"
  | "swallows errors"
  // bodies
  | "XML alone"
  | "XML by lines"
  | "expands entities"
  | "takes rubbish"
  | "hangs at large bodies"
  | "hangs at deep bodies"
  | "MsgId as a number"
  | "typed text as fields"
  | "throws at typed markup"
  // messages
  | "old database"
  | "text alone"
  | "throws at unknown kinds"
  | "forgets"
  | "no deduplication"
  | "refuses repeats"
  | "repeats get success"
  // handover
  | "unsigned hand-over"
  | "plain hand-over"
  | "hand-over under another appid"
  | "hand-over to oneself"
  | "hand-over in milliseconds"
  | "hand-over in XML"
  | "events handed over";

/** The app of the server with its credentials and mode, and the server's fault. */
export interface PushServerOptions {
  readonly appid: string;
  readonly token: string;
  readonly aesKey: string;
  readonly mode: "secure" | "compatible" | "plain";
  readonly flaw?: Flaw;
}
