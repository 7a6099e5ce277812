/** The minimal page of the package's readme: the blocks after the mark, one for each language. */

/** The three blocks. */
export interface Snippet {
  readonly json: string;
  readonly xml: string;
  readonly ts: string;
}

/** Returns the three blocks from the readme; throws when one of them is missing. */
export function readSnippet(readme: string): Snippet {
  const [, after] = readme.split("<!-- snippet -->");
  const block = (language: string) => {
    const found = after?.match(new RegExp(`\`\`\`${language}\n([^]*?)\n\`\`\``))?.[1];
    if (found === undefined) throw new Error(`the readme has no snippet in ${language}`);
    return found;
  };
  return { json: block("json"), xml: block("xml"), ts: block("ts") };
}
