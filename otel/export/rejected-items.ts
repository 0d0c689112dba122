/** An export that the receiver took in part: `rejected` of its items count as failed, the others as sent. */
export class RejectedItems extends Error {
  readonly rejected: number;

  constructor(rejected: number, items: string, reason: string) {
    super(`the receiver rejected ${rejected} ${items}${reason === '' ? '' : `: ${reason}`}`);
    this.name = 'RejectedItems';
    this.rejected = rejected;
  }
}

/** How many of an export's items failed; all of them, unless the receiver says which it took. */
export function failedOf(error: unknown, items: number): number {
  return error instanceof RejectedItems ? Math.min(error.rejected, items) : items;
}

/** The address is answered, but by something that does not speak OTLP: a login page, a proxy, another service. */
export class NoOtlpAnswer extends Error {
  constructor(body: Uint8Array) {
    const words = new TextDecoder().decode(body.subarray(0, 60)).replaceAll(/\s+/g, ' ');
    super(`what answers there is no OTLP receiver; it says ${JSON.stringify(words)}`);
    this.name = 'NoOtlpAnswer';
  }
}
