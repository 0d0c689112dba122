import { beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { StatementHistory } from '../../../otel/store/statement-history.ts';
import { StatementTable } from '../../../otel/store/statement-table.ts';
import type { StatementNames } from '../../../otel/base/operation-types.ts';
import { namesOfSource, namesOfSummary } from '../../../otel/sql/statement-names.ts';
import { CountingPlace } from '../aggregate/counts-ledger.ts';

const START = Date.UTC(2026, 2, 14, 12, 0, 0);
const COLUMNS = Array.from({ length: 80 }, (_, at) => `column_${at}`).join(', ');

describe('StatementHistory', () => {
  let place: CountingPlace;
  beforeEach(() => {
    place = new CountingPlace(START, true);
  });

  const start = () => place.start(1e6, (red, clock) => [new StatementHistory(red.book, clock)]);
  const run = ({ red }: ReturnType<typeof start>, statement: StatementNames) =>
    red.record({
      type: 'database',
      series: statement.series,
      statement,
      durationNanos: 1e6,
      failed: false,
      clientError: false,
      aborted: false,
      endMillis: place.clock.now(),
    });
  const rowsOf = ({ red }: ReturnType<typeof start>) =>
    red
      .series('database', { fromMillis: START - 1000, toMillis: START + 86_400_000 })
      .map(({ name, summary, text }) => ({ series: name, summary, text }));

  it('restores the text of a statement whose name holds only its beginning', () => {
    const long = namesOfSource(`SELECT ${COLUMNS} FROM posts WHERE id = 1`);
    expect(long.series).not.toContain('posts');
    const first = start();
    run(first, long);
    run(first, namesOfSummary('BACKUP'));
    first.history!.close();
    for (let restart = 0; restart < 2; restart++) {
      place.clock.pass(60_000);
      const next = start();
      expect(rowsOf(next)).toEqual(
        expect.arrayContaining([
          { series: long.series, summary: 'SELECT posts', text: long.text },
          { series: 'BACKUP', summary: 'BACKUP', text: undefined },
        ]),
      );
      next.history!.close();
    }
  });
});

describe('StatementTable', () => {
  it('keeps the most recent ones, each once', () => {
    const database = new Database(':memory:');
    try {
      const table = new StatementTable(database);
      for (const [at, name] of ['old', 'again', 'new', 'again'].entries())
        table.add(namesOfSummary(name), at);
      table.bound(2);
      expect(table.all().map(({ series }) => series)).toEqual(['again', 'new']);
    } finally {
      database.close();
    }
  });
});
