/**
 * Stands in for path-expression-matcher at build time (wrangler.toml, [alias]): fast-xml-parser keeps the path of each
 * tag for stop nodes and callbacks, and the options of `protocol/xml.ts` have neither. No path is kept here.
 */

/** Keeps no path. */
export class Matcher {
  /** No tag is unpaired, so nobody needs its name. */
  getCurrentTag(): undefined {}
  push(): void {}
  pop(): void {}
  reset(): void {}
  /** For attributes, which are ignored. */
  updateCurrent(): void {}
  readOnly(): this {
    return this;
  }
}

/** No stop nodes. */
export class ExpressionSet {
  readonly size = 0;
}

/** A stop node (made by `new`); none is ever given. */
export function Expression(): never {
  throw new Error("protocol/xml.ts gives fast-xml-parser no stop nodes");
}
