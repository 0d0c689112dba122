/** A partly accepted export: `rejected` of its items failed, the others were sent. */
export class RejectedItems extends Error {
  readonly rejected: number;

  constructor(rejected: number, items: string, reason: string) {
    super(`the receiver rejected ${rejected} ${items}${reason === '' ? '' : `: ${reason}`}`);
    this.name = 'RejectedItems';
    this.rejected = rejected;
  }
}

/** Number of items that failed: all, unless the receiver states how many it accepted. */
export function failedOf(error: unknown, items: number): number {
  return error instanceof RejectedItems ? Math.min(error.rejected, items) : items;
}

/** The address responds, but not with OTLP: a login page, a proxy, another service. */
export class NoOtlpAnswer extends Error {
  constructor(body: Uint8Array) {
    const words = new TextDecoder().decode(body.subarray(0, 60)).replaceAll(/\s+/g, ' ');
    super(`the server there is not an OTLP receiver; it answered ${JSON.stringify(words)}`);
    this.name = 'NoOtlpAnswer';
  }
}
