/** As better-sqlite3 issues them around the function it is given. */
const CONTROL = /^(?:BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)\b/;

export function isControlStatement(source: string): boolean {
  return CONTROL.test(source);
}

/** Times of the control statements of a running transaction; they get no spans of their own unless slow or failed. */
export class RunningTransaction {
  beginNanos = 0;
  endNanos = 0;

  addControl(source: string, nanos: number): void {
    if (source.startsWith('BEGIN') || source.startsWith('SAVEPOINT')) this.beginNanos += nanos;
    else this.endNanos += nanos;
  }
}
