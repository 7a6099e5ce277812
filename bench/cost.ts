/**
 * The price of a message: Cloudflare's price list (WORKERS.md, "Cost", docs of November 2026, USD) applied to counted
 * usage. Pure arithmetic; the counts come from `rows/counted.ts`.
 */

/** One item of the price list. */
interface Price {
  /** USD per million above the included amount. */
  readonly perMillion: number;
  /** The free plan's daily allowance; absent when the item has none of its own. */
  readonly freePerDay?: number;
  /** The monthly amount included in the paid plan. */
  readonly includedPerMonth: number;
}

/** The price list. */
export const PRICES = {
  workerRequests: { perMillion: 0.3, freePerDay: 100_000, includedPerMonth: 10e6 },
  /** Milliseconds. The free plan limits each request to 10 ms and has no daily limit. */
  cpuMs: { perMillion: 0.02, includedPerMonth: 30e6 },
  kvReads: { perMillion: 0.5, freePerDay: 100_000, includedPerMonth: 10e6 },
  kvWrites: { perMillion: 5, freePerDay: 1_000, includedPerMonth: 1e6 },
  /** Calls and alarms. */
  objectRequests: { perMillion: 0.15, freePerDay: 100_000, includedPerMonth: 1e6 },
  objectGbSeconds: { perMillion: 12.5, freePerDay: 13_000, includedPerMonth: 400_000 },
  rowsWritten: { perMillion: 1, freePerDay: 100_000, includedPerMonth: 50e6 },
} as const satisfies Record<string, Price>;

/** The name of an item. */
export type Resource = keyof typeof PRICES;

/** The usage of one message, in the units of the price list. */
export type Usage = Readonly<Record<Resource, number>>;

/** The paid plan, USD a month. */
export const PLAN_PER_MONTH = 5;
/** GB of memory that every object is billed for. */
const OBJECT_GB = 0.128;

const RESOURCES = Object.keys(PRICES).filter((name): name is Resource => name in PRICES);

/** Converts the time an object is awake to billed GB-seconds. */
export function gbSeconds(seconds: number): number {
  return seconds * OBJECT_GB;
}

/** Returns the price of a million messages in USD, all above the included amounts. */
export function pricePerMillion(usage: Usage): number {
  return sum(RESOURCES.map((name) => usage[name] * PRICES[name].perMillion));
}

/** Returns the price of a month with this number of messages in USD, the plan included. */
export function monthlyBill(usage: Usage, messages: number): number {
  const beyond = RESOURCES.map((name) => {
    const { perMillion, includedPerMonth } = PRICES[name];
    return (Math.max(0, usage[name] * messages - includedPerMonth) * perMillion) / 1e6;
  });
  return PLAN_PER_MONTH + sum(beyond);
}

/** How many messages a day the free plan allows, and which limit is reached first. */
export interface FreeCapacity {
  readonly messages: number;
  readonly endedBy: Resource;
}

/** Computes the free plan's capacity. @throws Error when the message uses no item with a daily allowance */
export function freeCapacity(usage: Usage): FreeCapacity {
  const ends = RESOURCES.flatMap((endedBy) => {
    const price: Price = PRICES[endedBy];
    if (price.freePerDay === undefined || usage[endedBy] === 0) return [];
    return [{ endedBy, messages: Math.floor(price.freePerDay / usage[endedBy]) }];
  });
  const [first, ...rest] = ends;
  if (first === undefined) throw new Error("the capacity cannot be computed: the message has no usage");
  return rest.reduce((least, end) => (end.messages < least.messages ? end : least), first);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
