/** Keeps the end of a chat in sight, but never takes a reader away from what he scrolled up to. */
import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { PhoneLine } from "../phone-model.ts";

/** So near to the end counts as being there. */
const NEAR_PX = 40;

/**
 * Follows new lines while the end is in sight, and to what the user says himself from anywhere.
 * @returns for the box that scrolls
 */
export function useEndInSight(
  lines: readonly PhoneLine[],
  isTyping: boolean,
): readonly [RefObject<HTMLDivElement | null>, () => void] {
  const log = useRef<HTMLDivElement>(null);
  const isFollowing = useRef(true);
  const lastTop = useRef(0);
  const lastHeight = useRef(0);
  const known = useRef(0);

  /** Learns from where the box is scrolled to in content of that height whether new lines are followed. */
  const learn = (box: HTMLDivElement, height: number): void => {
    const { scrollTop, clientHeight } = box;
    if (height - scrollTop - clientHeight <= NEAR_PX) isFollowing.current = true;
    // Only a reader who goes up leaves the end; a line that came since only moves the end further away.
    else if (scrollTop < lastTop.current) isFollowing.current = false;
    lastTop.current = scrollTop;
  };

  useLayoutEffect(() => {
    const box = log.current;
    if (box === null) return;
    const follow = (): void => {
      // The event of a scroll comes a frame later than the scroll: the position is asked, not waited for.
      learn(box, lastHeight.current);
      lastHeight.current = box.scrollHeight;
      if (!isFollowing.current) return;
      box.scrollTo({ top: box.scrollHeight });
      lastTop.current = box.scrollTop;
    };
    learn(box, lastHeight.current);
    if (lines.slice(known.current).some(({ from }) => from === "user")) isFollowing.current = true;
    known.current = lines.length;
    follow();
    // The drawer or a loaded picture changes the room: what was said last stays in sight.
    const observer = new ResizeObserver(follow);
    observer.observe(box);
    if (box.firstElementChild !== null) observer.observe(box.firstElementChild);
    return () => observer.disconnect();
    // Lines are only ever added: their number says whether there are new ones.
  }, [lines.length, isTyping]);

  const onScroll = (): void => {
    if (log.current !== null) learn(log.current, log.current.scrollHeight);
  };
  return [log, onScroll];
}
