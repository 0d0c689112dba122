/** For methods that nobody here knows, PROPFIND and the like: a scanner's question is no failure of ours, so it is 405 and not 501. */
export class MethodNotAllowed extends Error {
  override readonly name = 'MethodNotAllowed';
  readonly status = 405;
  readonly expose = true;

  constructor() {
    super('This address knows no such method.');
  }
}
