/** The icons of the page; each is decorative and has a text label beside it. */
import type { JSX } from "preact";
import { Stroke } from "../../console/ui/icon.tsx";

const PATHS = {
  back: "M15 5l-7 7 7 7",
  face: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M8.500 10v.500M15.500 10v.500M8 14.500c2 2.600 6 2.600 8 0",
  plus: "M12 5v14M5 12h14",
  close: "M6 6l12 12M18 6L6 18",
  picture: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.500 9h.01",
  spark: "M12 3l2 6 6 2-6 2-2 6-2-6-6-2 6-2z",
  card: "M5 4h14v16H5zM5 15h14M9 17.500h6",
  out: "M5 12h14M13 6l6 6-6 6",
  into: "M19 12H5M11 6l-6 6 6 6",
  copy: "M9 9h10v11H9zM5 15V4h10",
  again: "M19 12a7 7 0 1 1-2-5M17 3v4h-4",
  user: "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8M4.500 20c1-4 4-5.500 7.500-5.500s6.500 1.500 7.500 5.500",
  service: "M5 13v-2a7 7 0 0 1 14 0v2M5 12.500h2.500v5H5zM16.500 12.500H19v5h-2.500M17 18c-1 2-3 2.500-5 2.500",
  link: "M10 14l4-4M8.500 11.500l-2 2a3.500 3.500 0 0 0 5 5l2-2M15.500 12.500l2-2a3.500 3.500 0 0 0-5-5l-2 2",
  chats: "M4 5h16v11H11l-4 3.500V16H4zM8 9h8M8 12h5",
  check: "M5 13l4 4L19 7",
} as const;

/** The name of an icon. */
export type IconName = keyof typeof PATHS;

/** Draws an icon in the text's colour. */
export function Icon({ name }: { readonly name: IconName }): JSX.Element {
  return <Stroke path={PATHS[name]} />;
}
