/** The faults of version 0.1.0 in the worker's behaviour. A mutant restores each of them. */
export const OLD_FAULTS = {
  "one-message-stops-the-app": "one refused message pauses the app again and again",
  "held-messages-lost": "held messages are given up when the window ends",
  "webhook-events-lost": "a webhook loses events without notice",
  "calls-that-hang": "a call that never returns holds up what waits for it",
  "replayed-pushes": "a captured push works without limit of time",
  "foreign-events": "events of other products are not forwarded, or lose fields",
  "text-not-as-typed": "a user's text is changed or refused for its XML",
  "blank-parts": "a long text is split into parts with nothing to see",
  "users-without-address": "a user is stored whom the API cannot name",
  "clock-and-depth": "a clock set back, deep JSON or a lost answer stops work",
  "pauses-unseen": "a pause is not shown, or cannot be lifted",
} as const;

/** The name of one of these faults. */
export type OldFault = keyof typeof OLD_FAULTS;
