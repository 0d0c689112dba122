/** For unknown methods like PROPFIND: 405 instead of 501, as a scanner's request is not a server error. */
export class MethodNotAllowed extends Error {
  override readonly name = 'MethodNotAllowed';
  readonly status = 405;
  readonly expose = true;

  constructor() {
    super('This address does not support the method.');
  }
}
