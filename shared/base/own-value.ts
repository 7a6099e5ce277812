/**
 * Returns a record's own value. A name from outside may be one that every object inherits, such as "constructor".
 *
 * @returns undefined when the record has no own property of that name
 */
export function ownValue<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  // The base libraries of some phones have no Object.hasOwn.
  return Object.prototype.hasOwnProperty.call(record, name) ? record[name] : undefined;
}
