/** The settings of the desk: offers, idle sessions, and the texts that it sends to users. */
import * as v from "valibot";
import { isVisibleMessage } from "../../base/visible.ts";
import { problemWithCure } from "./problems.ts";
import { findTemplateProblems } from "./template.ts";

/**
 * The limits of the time that an offer waits for an agent, seconds; agents do not notice an offer shorter than the
 * minimum.
 */
const MAX_OFFER_SECONDS = 600;
const MIN_OFFER_SECONDS = 10;
const MAX_MISSED_OFFERS = 20;
/** The maximum of both idle times, minutes: the reply window of a user message, after which no text can be sent. */
const MAX_IDLE_MINUTES = 2_880;
const MAX_TEXT = 300;

/** Returns the schema of a whole number within a range. */
function wholeNumber(min: number, max: number, unit: string) {
  return v.pipe(
    v.number(),
    v.integer(problemWithCure("is not a whole number", `write whole ${unit}`)),
    v.minValue(min, problemWithCure(`is less than ${min}`, `write ${min} to ${max} ${unit}`)),
    v.maxValue(max, problemWithCure(`is more than ${max}`, `write ${min} to ${max} ${unit}`)),
  );
}

const idleMinutes = v.nullable(wholeNumber(1, MAX_IDLE_MINUTES, "minutes, or null for never"));

const deskText = v.pipe(
  v.string(),
  v.check(isVisibleMessage, problemWithCure("must not be blank", "write a text")),
  v.maxLength(MAX_TEXT, problemWithCure(`has more than ${MAX_TEXT} characters`, "shorten it")),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    for (const message of findTemplateProblems(dataset.value, "desk text")) addIssue({ message });
  }),
);
const optionalText = v.nullable(deskText);

/**
 * The texts that the desk sends to users, each only while the reply window has a send left: `idle` at most once after
 * each user message, the others at most once per session.
 */
export const DeskTextsSchema = v.strictObject({
  /** For a user who waits in a queue while no agent who serves it is online or busy. */
  away: v.exactOptional(deskText, "客服暂时不在线，您的消息已收到，客服上线后会尽快回复。"),
  /** Before an idle session is closed. */
  idle: v.exactOptional(deskText, "您好，请问还需要帮助吗？如果没有其他问题，本次会话稍后将结束。"),
  /** When an agent closes the session, or it is closed because it is idle; null: none. */
  closing: v.exactOptional(optionalText, null),
  /** Asks for a rating, a digit from 1 to 5; joined with `closing` into one message. Null: no rating is requested. */
  rating: v.exactOptional(optionalText, null),
  /** When the user has given the rating; null: none. */
  thanks: v.exactOptional(optionalText, null),
});

/** The settings of the desk. */
export const DeskSchema = v.pipe(
  v.strictObject({
    /** How long an offer waits for the agent, seconds; 0: sessions are assigned without an offer. */
    offerSeconds: v.exactOptional(
      v.pipe(
        wholeNumber(0, MAX_OFFER_SECONDS, "seconds"),
        v.check(
          (seconds) => seconds === 0 || seconds >= MIN_OFFER_SECONDS,
          problemWithCure(
            `is less than ${MIN_OFFER_SECONDS} and not 0`,
            `write ${MIN_OFFER_SECONDS} to ${MAX_OFFER_SECONDS} seconds, or 0 to assign without an offer`,
          ),
        ),
      ),
      0,
    ),
    /** The number of missed offers after which a session waits until an agent takes it. */
    maxMissedOffers: v.exactOptional(wholeNumber(1, MAX_MISSED_OFFERS, "offers"), 2),
    /** The time without a message until the idle text is sent, minutes; null: it is not sent. */
    idleWarningMinutes: v.exactOptional(idleMinutes, null),
    /** The time without a message until the session is closed, minutes; null: it is not closed. */
    idleCloseMinutes: v.exactOptional(idleMinutes, null),
    texts: v.exactOptional(DeskTextsSchema, {}),
  }),
  v.forward(
    v.check(
      ({ idleWarningMinutes: warning, idleCloseMinutes: close }) =>
        warning === null || close === null || close > warning,
      problemWithCure(
        "is not longer than idleWarningMinutes",
        "write more minutes, so that the user is warned before the session is closed",
      ),
    ),
    ["idleCloseMinutes"],
  ),
);

/** The settings of the desk, checked and with the default values filled in. */
export type DeskPart = v.InferOutput<typeof DeskSchema>;
