import type { ExampleApp } from './example-app.ts';

/** Files of `otel/examples` that serve the same notes. */
export const EXAMPLES = ['http', 'koa', 'express', 'fastify'] as const;
export type Example = (typeof EXAMPLES)[number];

/** Where each has a handler that throws; plain http has none. */
const FAILING: Readonly<Partial<Record<Example, string>>> = {
  koa: '/broken',
  express: '/notes/broken/always',
  fastify: '/broken',
};

export interface Visit {
  readonly statuses: readonly number[];
  /** `name count failed` of each row of its page, sorted. */
  readonly rows: readonly string[];
  readonly showsTrace: boolean;
}

/** Asks an example for notes, for what it has not, and for its page; what was seen, and what is right. */
export async function visitExample(
  app: ExampleApp,
  name: Example,
): Promise<{ readonly seen: Visit; readonly wanted: Visit }> {
  const failing = FAILING[name];
  const paths = ['/notes/1', '/notes/2', '/notes/3', '/nothing/here', ...(failing ? [failing] : [])];
  const statuses: number[] = [];
  for (const path of paths) statuses.push((await app.get(path)).status);
  const { text } = await app.get('/telemetry');
  return {
    seen: {
      statuses,
      rows: rowsOf(text).toSorted(),
      showsTrace: / {2}GET \/notes\/:id {2}[\d.]+ ms\n {4}SELECT notes/.test(text),
    },
    wanted: {
      statuses: [200, 200, 404, 404, ...(failing ? [500] : [])],
      rows: [
        'GET /notes/:id 3 0',
        'unknown paths 1 0',
        ...(failing ? [`GET ${failing} 1 1`] : []),
        'CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL) 1 0',
        'INSERT INTO notes (text) VALUES (?) 2 0',
        'SELECT text FROM notes WHERE id = ? 3 0',
        'note 2 0',
      ].toSorted(),
      showsTrace: true,
    },
  };
}

/** `name count failed` of each row of a page of telemetry. */
export function rowsOf(page: string): readonly string[] {
  return [...page.matchAll(/<tr><td>(.*?)<\/td><td>(\d+)<\/td><td>(\d+)<\/td>/g)].map((row) =>
    row.slice(1, 4).join(' '),
  );
}
