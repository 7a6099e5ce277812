/** Vite's raw imports: the text of one file, and the texts of several files. */
declare module "*?raw" {
  const text: string;
  export default text;
}

interface ImportMeta {
  glob(
    pattern: string,
    options: { readonly query: "?raw"; readonly import: "default"; readonly eager: true },
  ): Readonly<Record<string, string>>;
}
