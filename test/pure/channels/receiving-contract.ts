/**
 * The rules for receiving that every channel must follow: a channel's test file calls `describeReceiving` with its own
 * requests. The rules for sending are in `contract.ts`.
 */
import * as fc from "fast-check";
import { afterEach, describe, it, vi } from "vitest";
import { isAccountEvent } from "../../../shared/message/account-event.ts";
import type { InboundEvent } from "../../../shared/message/inbound.ts";
import type { Arrival, Channel, ChannelRequest, ChannelResponse } from "../../../worker/channels/channel.ts";
import { eachEvent } from "../../support/each-event.ts";

/** One format and mode in which requests of a channel come. */
export interface Way {
  readonly name: string;
  readonly channel: Channel;
  /** A text of the fixture's user. */
  readonly message: (id: string, content: string) => ChannelRequest;
  /** One request for each kind of event, in the same order for every way; each is one event of its own. */
  readonly events: readonly ChannelRequest[];
  /** Two events with the same name, user and second and different content. */
  readonly twins: readonly [ChannelRequest, ChannelRequest];
  /** Genuine, but its content cannot be read. */
  readonly unreadable: (text: string) => ChannelRequest;
  /** A request made without knowledge of the secrets. */
  readonly forge: (request: ChannelRequest) => ChannelRequest;
  /** The content of a response, decrypted. */
  readonly open: (response: ChannelResponse) => string;
}

/** A channel as the suite needs it. */
export interface ReceivingFixture {
  readonly ways: readonly Way[];
  readonly account: string;
  readonly user: string;
  /** When everything happened, epoch ms. */
  readonly createdAt: number;
  /** When the requests arrive, epoch ms. */
  readonly now: number;
  /** When they are too old, epoch ms. */
  readonly later: number;
  /** Texts that must never occur in a log line. */
  readonly secrets: readonly string[];
  /** The platform's check of the address, and what it expects back. */
  readonly verification: { readonly request: ChannelRequest; readonly echo: string };
  /** Whether a message can be handed over by its acknowledgement. */
  readonly isHandedOverByAcknowledgement: boolean;
  /** The names of the grants of the channel's rules. */
  readonly grants: readonly string[];
}

/** Events that carry the platform's own fields. */
const WITH_RAW: ReadonlySet<string> = new Set(["control", "receipt", "revocation", "account-event"]);
const WORDS = "words-of-the-user";

/** Describes receiving by a channel. */
export function describeReceiving(name: string, fixture: ReceivingFixture): void {
  const { ways, account, user, createdAt, now, later } = fixture;

  async function arrive(way: Way, request: ChannelRequest): Promise<Arrival> {
    const arrival = await way.channel.receive(request, now);
    if (!arrival.ok) throw new Error(`a genuine request is rejected: ${arrival.error.cause}`);
    return arrival.value;
  }

  /** The only event of a request. */
  async function eventOf(way: Way, request: ChannelRequest) {
    const { events } = await arrive(way, request);
    const [event] = events;
    if (event === undefined || events.length > 1) throw new Error(`a request has ${events.length} events`);
    return event;
  }

  describe(`${name}: receiving`, () => {
    afterEach(() => {
      vi.restoreAllMocks();
    });

    for (const way of ways) {
      it(`reads a message with owner, key, time and its unchanged text: ${way.name}`, async ({ expect }) => {
        const text = fc.string({ unit: "binary", minLength: 1 }).map((content) => content.toWellFormed());
        await fc.assert(
          fc.asyncProperty(text, async (content) => {
            const event = await eventOf(way, way.message("7", content));
            expect(event).toMatchObject({ account, user, key: "m:7", signedAt: expect.any(Number) });
            expect(event.event).toMatchObject({ event: "message", type: "text", id: "7", createdAt, content });
          }),
          { numRuns: 50 },
        );
      });

      it(`names the user of each event; only an account event may have none: ${way.name}`, async ({ expect }) => {
        for (const request of way.events) {
          const event = await eventOf(way, request);
          expect(event.account, event.event.name).toBe(account);
          if (!isAccountEvent(event.event)) expect(event.user, event.event.name).toMatch(/^[!-~]{1,128}$/);
        }
      });

      it(`keeps the platform's fields as one JSON object of texts: ${way.name}`, async ({ expect }) => {
        for (const request of way.events) {
          const { event } = await eventOf(way, request);
          const mustHave = WITH_RAW.has(event.event) || event.type === "unknown" || event.type === "other";
          expect(event.raw !== undefined, event.name).toBe(mustHave);
          if (event.raw !== undefined) expect(textsOf(JSON.parse(event.raw)), event.name).toBe(true);
        }
      });

      it(`rejects a forged request before it is decrypted, with none of its content: ${way.name}`, async ({
        expect,
      }) => {
        const decrypt = vi.spyOn(crypto.subtle, "decrypt");
        const rejected = await way.channel.receive(way.forge(way.message("7", WORDS)), now);
        expect(rejected).toMatchObject({ ok: false, error: { status: 403 } });
        const logged = JSON.stringify(rejected);
        for (const secret of [WORDS, user, ...fixture.secrets]) expect(logged).not.toContain(secret);
        expect(decrypt).not.toHaveBeenCalled();
      });

      it(`checks the age after the signature and before it decrypts: ${way.name}`, async ({ expect }) => {
        const decrypt = vi.spyOn(crypto.subtle, "decrypt");
        const request = way.message("7", WORDS);
        const old = await way.channel.receive(request, later);
        expect(old).toMatchObject({ ok: false, error: { status: 403, stale: { ageMs: expect.any(Number) } } });
        const forged = await way.channel.receive(way.forge(request), later);
        expect(forged).toMatchObject({ ok: false, error: { status: 403 } });
        expect(forged).not.toHaveProperty("error.stale");
        expect(decrypt).not.toHaveBeenCalled();
      });

      it(`returns a genuine unreadable request for the quarantine, and acknowledges it: ${way.name}`, async ({
        expect,
      }) => {
        const arrival = await arrive(way, way.unreadable(WORDS));
        expect(arrival.events).toEqual([]);
        expect(arrival.unreadable).toMatchObject([{ text: expect.stringContaining(WORDS) }]);
        expect(arrival.unreadable[0]?.cause).not.toContain(WORDS);
        const message = await arrive(way, way.message("7", WORDS));
        expect(await received(arrival)).toEqual(await received(message));
      });

      it(`never throws, for any body and query: ${way.name}`, async ({ expect }) => {
        const genuine = way.message("7", WORDS);
        const body = fc.oneof(fc.string({ unit: "binary" }), fc.constant(genuine.body));
        const query = fc.oneof(
          fc.dictionary(fc.constantFrom(...Object.keys(genuine.query), "x"), fc.string()),
          fc.constant(genuine.query),
        );
        const method = fc.constantFrom<ChannelRequest["method"]>("GET", "POST");
        const statuses = new Set<number>();
        await fc.assert(
          fc.asyncProperty(method, query, body, async (method, query, body) => {
            const arrival = await way.channel.receive({ method, query, body }, now);
            if (!arrival.ok) statuses.add(arrival.error.status);
          }),
        );
        expect([...statuses].filter((status) => status !== 400 && status !== 403)).toEqual([]);
      });

      it(`acknowledges every event with the same response, and hands over only messages: ${way.name}`, async ({
        expect,
      }) => {
        const message = await arrive(way, way.message("7", WORDS));
        const plain = await received(message);
        for (const request of way.events) {
          const arrival = await arrive(way, request);
          const isMessage = arrival.events[0]?.event.event === "message";
          expect(await received(arrival)).toEqual(plain);
          const isOther = way.open(await handedOver(arrival)) !== way.open(plain);
          expect(isOther).toBe(isMessage && fixture.isHandedOverByAcknowledgement);
        }
      });

      it(`acknowledges a repeat with the same content: ${way.name}`, async ({ expect }) => {
        const first = await handedOver(await arrive(way, way.message("7", WORDS)), 1);
        const again = await handedOver(await arrive(way, way.message("7", WORDS)), 2);
        expect(way.open(again)).toBe(way.open(first));
      });
    }

    it("returns the same key for an event in every format and mode, and another key for another event", async ({
      expect,
    }) => {
      const keysOf = (way: Way) =>
        Promise.all(
          [way.message("7", WORDS), way.message("8", WORDS), ...way.events, ...way.twins].map(
            async (request) => (await eventOf(way, request)).key,
          ),
        );
      const [first, ...others] = await Promise.all(ways.map(keysOf));
      expect(new Set(first).size).toBe(first?.length);
      for (const keys of others) expect(keys).toEqual(first);
    });

    it("echoes the platform's check of the address, which has no events", async ({ expect }) => {
      const { request, echo } = fixture.verification;
      for (const way of ways) {
        const arrival = await arrive(way, request);
        expect(arrival).toMatchObject({ events: [], unreadable: [], isVerification: true });
        expect((await received(arrival)).body).toBe(echo);
        expect((await way.channel.receive(way.forge(request), now)).ok).toBe(false);
      }
    });

    it("opens only grants of its rules, and classifies an event the same each time", ({ expect }) => {
      const accountEvent: InboundEvent = { event: "account-event", type: "other", name: "n", createdAt: 0, raw: "{}" };
      for (const { channel } of ways) {
        for (const event of [...eachEvent(WORDS, createdAt), accountEvent]) {
          const before = structuredClone(event);
          const { grant, ...others } = channel.classify(event);
          expect(others).toEqual({});
          if (grant !== undefined) expect(fixture.grants).toContain(grant.name);
          if (event.event === "message") expect(grant).toEqual({ name: "message" });
          if (isAccountEvent(event)) expect(grant).toBeUndefined();
          expect(channel.classify(event)).toEqual(grant === undefined ? {} : { grant });
          expect(event).toEqual(before);
        }
      }
    });
  });

  function received(arrival: Arrival): Promise<ChannelResponse> {
    return arrival.acknowledge("received", now, () => {
      throw new Error("nothing is encrypted");
    });
  }

  function handedOver(arrival: Arrival, random = 0): Promise<ChannelResponse> {
    return arrival.acknowledge("handover", now, (size) => new Uint8Array(size).fill(random));
  }
}

/** Whether a value consists of texts alone, in lists and objects. */
function textsOf(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return typeof value === "string";
  return Object.values(value).every(textsOf);
}
