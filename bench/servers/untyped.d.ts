/** Types of the parts of two untyped packages that `express-server.ts` uses. */
declare module "express" {
  interface Request {
    readonly body: unknown;
    readonly query: unknown;
  }
  interface Response {
    status(code: number): Response;
    send(body: string): Response;
  }
  interface Application {
    use(middleware: unknown): void;
    post(path: string, handle: (request: Request, response: Response) => Promise<unknown>): void;
    listen(port: number, host: string): void;
  }
  function express(): Application;
  namespace express {
    function text(options: { readonly type: string }): unknown;
  }
  export default express;
}

declare module "xml2js" {
  export function parseStringPromise(text: string, options: { readonly explicitArray: boolean }): Promise<unknown>;
}
