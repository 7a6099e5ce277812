/** Renders a component again only when a property has changed, and keeps functions among the properties unchanged. */
import { Component, createElement, type ComponentChild, type FunctionComponent } from "preact";
import { useMemo, useRef } from "preact/hooks";

/** Wraps a component. Its properties are compared one by one. */
export function memo<P extends object>(Inner: FunctionComponent<P>): FunctionComponent<P> {
  class Memo extends Component<P> {
    override shouldComponentUpdate(next: Readonly<P>): boolean {
      const before: Readonly<Record<string, unknown>> = { ...this.props };
      const after: Readonly<Record<string, unknown>> = { ...next };
      const names = Object.keys(after);
      return names.length !== Object.keys(before).length || names.some((name) => !Object.is(before[name], after[name]));
    }
    override render(props: P): ComponentChild {
      return createElement(Inner, props);
    }
  }
  return (props) => createElement(Memo, props);
}

/** Returns a function that stays the same over all renders and calls the newest one. For handlers of events. */
export function useStable<A extends readonly unknown[]>(work: (...args: A) => void): (...args: A) => void {
  const newest = useRef(work);
  newest.current = work;
  return useMemo(
    () =>
      (...args: A) =>
        newest.current(...args),
    [],
  );
}
