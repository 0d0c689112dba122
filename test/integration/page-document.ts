import type { Visitor } from './visitor.ts';

/** A page of the observatory as a script reads it. */
export interface PageDocument<Facts> {
  readonly summary: string;
  readonly facts: Facts;
}

export async function pageDocument<Facts>(
  visitor: Pick<Visitor, 'send'>,
  address: string,
): Promise<PageDocument<Facts>> {
  const { text } = await visitor.send(address, { headers: { accept: 'application/json' } });
  // A visitor takes bytes as they come; names of long statements have an ellipsis.
  return JSON.parse(Buffer.from(text, 'latin1').toString()) as PageDocument<Facts>;
}
