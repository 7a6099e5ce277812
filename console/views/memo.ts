/** Renders a component again only when a property has changed. */
import { Component, createElement, type ComponentChild, type FunctionComponent } from "preact";

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
