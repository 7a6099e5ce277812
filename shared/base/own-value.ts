/**
 * A record's own value. A name from outside may be that of something every object has, such as "constructor".
 *
 * @returns undefined when the record has no such name of its own
 */
export function ownValue<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  // Phones know no Object.hasOwn.
  return Object.prototype.hasOwnProperty.call(record, name) ? record[name] : undefined;
}
