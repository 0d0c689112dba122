import { describe, expect, it } from '@jest/globals';
import { advisoriesIn, isUrgent } from './advisories.ts';

const about = (severity: string, title?: string): unknown => ({
  severity,
  isDirect: true,
  via: title === undefined ? ['inner'] : [{ title, severity, url: 'https://advisories.example/1' }],
  fixAvailable: true,
});
const report = (vulnerabilities: unknown): string =>
  JSON.stringify({ auditReportVersion: 2, vulnerabilities, metadata: {} });

describe('what npm audit says', () => {
  it('is read, the worst first', () => {
    const found = advisoriesIn(
      report({
        outer: about('low'),
        inner: about('high', 'Reads too far'),
        other: about('moderate', 'Slow'),
      }),
    );
    expect(found).toEqual([
      { name: 'inner', severity: 'high', titles: ['Reads too far'] },
      { name: 'other', severity: 'moderate', titles: ['Slow'] },
      { name: 'outer', severity: 'low', titles: [] },
    ]);
    expect(found?.filter(isUrgent).map(({ name }) => name)).toEqual(['inner']);
  });

  it('is nothing when there is nothing', () => expect(advisoriesIn(report({}))).toEqual([]));

  it('is urgent when its severity is not known here', () => {
    expect(advisoriesIn(report({ one: about('apocalyptic') }))?.map(isUrgent)).toEqual([true]);
  });

  it.each(['', 'npm error', '{"message":"405 Method Not Allowed","error":{}}', '[]', 'null'])(
    'is no answer: %j',
    (text) => expect(advisoriesIn(text)).toBeUndefined(),
  );
});
