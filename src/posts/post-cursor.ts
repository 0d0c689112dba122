/** A position in a list ordered by time, then id. */
export interface PostCursor {
  readonly atMillis: number;
  readonly id: number;
}

export function encodeCursor(cursor: PostCursor): string {
  return `${cursor.atMillis.toString(36)}.${cursor.id.toString(36)}`;
}

/** Undefined for an invalid cursor; lists then begin at their start. */
export function decodeCursor(text: string | undefined): PostCursor | undefined {
  const match = /^(-?[0-9a-z]{1,11})\.([0-9a-z]{1,11})$/.exec(text ?? '');
  if (match === null) return undefined;
  const cursor = { atMillis: Number.parseInt(match[1]!, 36), id: Number.parseInt(match[2]!, 36) };
  return Number.isSafeInteger(cursor.atMillis) && Number.isSafeInteger(cursor.id) ? cursor : undefined;
}
