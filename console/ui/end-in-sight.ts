/** Keeps the end of a chat in view, except when the reader has scrolled up to older lines. */
import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/** The distance to the end that still counts as the end, pixels. */
const NEAR_PX = 40;

/**
 * Scrolls to new lines while the end is in view, and to the reader's own messages from any position.
 *
 * @param isOwn whether the reader wrote a line
 * @param isTyping whether an indicator is shown below the lines
 * @returns the scrolling element, and its handler of scroll events
 */
export function useEndInSight<T>(
  lines: readonly T[],
  isOwn: (line: T) => boolean,
  isTyping: boolean,
): readonly [RefObject<HTMLDivElement | null>, () => void] {
  const log = useRef<HTMLDivElement>(null);
  const isFollowing = useRef(true);
  const lastTop = useRef(0);
  const lastHeight = useRef(0);
  const known = useRef(0);

  /**
   * Decides from the scroll position and the content height whether the view stays at the end when lines are added.
   */
  const learn = (box: HTMLDivElement, height: number): void => {
    const { scrollTop, clientHeight } = box;
    if (height - scrollTop - clientHeight <= NEAR_PX) isFollowing.current = true;
    // Only scrolling up ends that; a new line moves the end further away without changing the scroll position.
    else if (scrollTop < lastTop.current) isFollowing.current = false;
    lastTop.current = scrollTop;
  };

  useLayoutEffect(() => {
    const box = log.current;
    if (box === null) return;
    const follow = (): void => {
      // The scroll event comes one frame after the scroll, so the position is read directly.
      learn(box, lastHeight.current);
      lastHeight.current = box.scrollHeight;
      if (!isFollowing.current) return;
      box.scrollTo({ top: box.scrollHeight });
      lastTop.current = box.scrollTop;
    };
    learn(box, lastHeight.current);
    if (lines.slice(known.current).some(isOwn)) isFollowing.current = true;
    known.current = lines.length;
    follow();
    // Opening the drawer or loading a picture changes the available space; the last lines are then scrolled into view
    // again.
    const observer = new ResizeObserver(follow);
    observer.observe(box);
    if (box.firstElementChild !== null) observer.observe(box.firstElementChild);
    return () => observer.disconnect();
    // Lines are only ever added, so a higher number of lines means new ones.
  }, [lines.length, isTyping]);

  const onScroll = (): void => {
    if (log.current !== null) learn(log.current, log.current.scrollHeight);
  };
  return [log, onScroll];
}
