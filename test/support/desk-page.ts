/** A page of the desk for tests: applies the server's frames according to the protocol. */
import type { PageFrame, ServerFrame, ShownDeskRow } from "../../shared/api/socket.ts";

type Frame<T extends ServerFrame["type"]> = Extract<ServerFrame, { readonly type: T }>;
type Row = Frame<"rows">["rows"][number];

/** The state that a page shows. */
export class PageModel {
  readonly page: string;
  epoch: string | null = null;
  rev = 0;
  readonly rows = new Map<string, ShownDeskRow>();
  counts: Frame<"views">["counts"] = {};
  views: Frame<"views">["rows"][number]["views"] = [];
  /** The open conversation, with its rows in the order of the log. */
  conversation: string | null = null;
  log = "";
  history: Row[] = [];
  /** Whether rows are missing that the page must read by HTTP. */
  mustRead = false;
  /** Whether the lists are stale and must be requested again. */
  mustAsk = false;
  people: Frame<"people">["agents"] = [];
  who: Pick<Frame<"who">, "viewing" | "typing"> = { viewing: [], typing: [] };
  bye: string | null = null;
  readonly frames: ServerFrame[] = [];

  constructor(page: string, views: PageModel["views"]) {
    this.page = page;
    this.views = views;
  }

  hello(): PageFrame {
    const { page, epoch, rev, views } = this;
    return { type: "hello", protocol: 1, page, epoch, rev, views: [...views] };
  }

  apply(frame: ServerFrame): void {
    this.frames.push(frame);
    switch (frame.type) {
      case "views":
        this.rows.clear();
        for (const row of frame.rows) this.rows.set(row.conversation, row);
        this.#head(frame);
        this.mustAsk = false;
        break;
      case "delta":
        if (frame.epoch !== this.epoch || frame.from !== this.rev) {
          this.mustAsk = true;
          return;
        }
        for (const row of frame.upserts) this.rows.set(row.conversation, row);
        for (const conversation of frame.removes) {
          if (!this.rows.delete(conversation)) throw new Error("a frame removes an entry that the page does not have");
        }
        this.#head(frame);
        break;
      case "rows":
        this.#addRows(frame);
        break;
      case "people":
        this.people = frame.agents;
        break;
      case "who":
        this.who = { viewing: frame.viewing, typing: frame.typing };
        break;
      case "bye":
        this.bye = frame.reason;
        break;
      case "welcome":
        break;
    }
  }

  /** Returns the seq of the newest row of the open conversation; 0 without rows. */
  newest(): number {
    return this.history.at(-1)?.seq ?? 0;
  }

  /** Returns the conversation ids of a list, sorted. */
  idsOf(view: PageModel["views"][number]): readonly string[] {
    return [...this.rows.values()]
      .filter(({ views }) => views.includes(view))
      .map(({ conversation }) => conversation)
      .sort();
  }

  #head({ epoch, rev, counts }: Pick<Frame<"views">, "epoch" | "rev" | "counts">): void {
    this.epoch = epoch;
    this.rev = rev;
    this.counts = counts;
  }

  #addRows({ conversation, log, from, rows }: Frame<"rows">): void {
    if (conversation !== this.conversation) return;
    if (log !== this.log) {
      this.log = log;
      this.history = [];
    }
    const newest = this.newest();
    if (from > newest) {
      this.mustRead = true;
      return;
    }
    this.history.push(...rows.filter(({ seq }) => seq > newest));
  }
}
