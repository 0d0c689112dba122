declare module 'negotiator' {
  export default class Negotiator {
    constructor(request: { readonly headers: object });
    /** What the client likes best; `preferred` decides between equals. */
    encoding<T extends string>(available: readonly T[], options: { preferred: readonly T[] }): T | undefined;
  }
}
