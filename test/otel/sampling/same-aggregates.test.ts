import { expect, it } from '@jest/globals';
import { type HrTime, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { fc } from '../../fixtures/properties.ts';
import { fail, processorsOfEachTest, describeInBothModes } from './processor-fixture.ts';

const start = processorsOfEachTest();

const AT: HrTime = [1_773_489_600, 0];
const pages = fc.array(
  fc.record({
    route: fc.option(fc.constantFrom('/', '/:slug', '/feed.rss'), { nil: undefined }),
    isFailed: fc.boolean(),
    statements: fc.array(fc.record({ table: fc.nat(3), nanos: fc.nat(2e9), isFailed: fc.boolean() }), {
      maxLength: 4,
    }),
  }),
  { maxLength: 20 },
);

describeInBothModes('aggregates', () => {
  it('are the same at every rate, in a storm and with every bound reached: counted before any decision', () => {
    fc.assert(
      fc.property(pages, (all) => {
        const limits = { maxMustKeepSpansPerSecond: 2, maxSpansPerTrace: 2, maxTraces: 1, maxVerdicts: 1 };
        const seen = [0, 0.1, 1].map((rates) => {
          const { tracer, aggregates } = start({ rates, limits });
          for (const { route, isFailed, statements } of all) {
            const attributes = {
              'http.request.method': 'GET',
              ...(route === undefined ? {} : { 'http.route': route }),
            };
            const root = tracer.startSpan(
              'GET',
              { kind: SpanKind.SERVER, attributes, startTime: AT },
              ROOT_CONTEXT,
            );
            for (const statement of statements) {
              const span = tracer.startSpan(
                'SELECT',
                {
                  kind: SpanKind.CLIENT,
                  attributes: {
                    'db.system.name': 'sqlite',
                    'db.query.summary': `SELECT t${statement.table}`,
                  },
                  startTime: AT,
                },
                trace.setSpan(ROOT_CONTEXT, root),
              );
              if (statement.isFailed) fail(span);
              span.end([AT[0] + Math.floor(statement.nanos / 1e9), statement.nanos % 1e9]);
            }
            if (isFailed) fail(root);
            root.end([AT[0] + 1, 0]);
          }
          const withoutRate = (row: object): object => ({ ...row, rate: undefined, kept: undefined });
          return {
            operations: Object.values(aggregates.operations()).map(withoutRate),
            http: aggregates.series('http').map(withoutRate),
            database: aggregates.series('database').map(withoutRate),
          };
        });
        expect(seen[1]).toEqual(seen[0]);
        expect(seen[2]).toEqual(seen[0]);
        const statements = all.reduce((sum, page) => sum + page.statements.length, 0);
        expect(seen[0]!.operations[1]).toMatchObject({ count: statements });
      }),
      { numRuns: 40 },
    );
  });

  it('have one row for 5,000 unknown addresses, and exact totals for 2,000 routes', () => {
    const { tracer, aggregates } = start({ rates: 0 });
    const ask = (attributes: Record<string, string>): void =>
      tracer.startSpan('GET', { kind: SpanKind.SERVER, attributes }, ROOT_CONTEXT).end();
    for (let i = 0; i < 5000; i++) ask({ 'http.request.method': 'GET', 'url.path': `/wp-${i}.php` });
    expect(aggregates.series('http').map(({ name, count }) => [name, count])).toEqual([
      ['unknown paths', 5000],
    ]);
    for (let i = 0; i < 2000; i++) ask({ 'http.request.method': 'GET', 'http.route': `/${i}` });
    expect(aggregates.operations().http.count).toBe(7000);
    const rows = aggregates.series('http');
    expect(rows.length).toBeLessThanOrEqual(501);
    expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(7000);
  });
});
