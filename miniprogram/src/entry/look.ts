/**
 * Computes the style of a button from `type` and `size`, including the values of WeChat's obsolete `<contact-button>`
 * (WECHAT.md §9.2: size 18 to 27 px, type default-dark or default-light). Pure.
 */

/** Classes and the inline style of the icon. */
export interface Look {
  readonly className: string;
  readonly iconStyle: string;
  /** Whether only the icon is shown: the obsolete tag had no text. */
  readonly iconOnly: boolean;
}

const TYPES: ReadonlySet<string> = new Set(["primary", "default", "plain", "bare"]);
const SIZES: ReadonlySet<string> = new Set(["small", "medium", "large"]);
const LEGACY_TYPES: ReadonlySet<string> = new Set(["default-dark", "default-light"]);
const LEGACY_SIZE = { min: 18, max: 27 };

/** The properties that decide the style. */
export interface LookOptions {
  readonly type: string;
  readonly size: string | number;
  readonly block: boolean;
  readonly disabled: boolean;
}

/** Returns the style of a button. An unknown value gives the default style. */
export function lookOf({ type, size, block, disabled }: LookOptions): Look {
  const iconOnly = LEGACY_TYPES.has(type);
  const names = [
    iconOnly || TYPES.has(type) ? type : "default",
    SIZES.has(String(size)) ? String(size) : "medium",
    ...(block ? ["block"] : []),
    ...(disabled ? ["disabled"] : []),
  ];
  return {
    className: ["kefu-button", ...names.map((name) => `kefu-button--${name}`)].join(" "),
    iconStyle: iconOnly ? `font-size: ${toIconPx(size)}px` : "",
    iconOnly,
  };
}

function toIconPx(size: string | number): number {
  const px = Number(size);
  if (!Number.isFinite(px)) return LEGACY_SIZE.min;
  return Math.min(Math.max(px, LEGACY_SIZE.min), LEGACY_SIZE.max);
}
