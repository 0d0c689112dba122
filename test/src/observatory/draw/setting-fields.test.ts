import { describe, expect, it } from '@jest/globals';
import type { LiveSetting } from '../../../../otel/query.ts';
import { fieldValue, settingField } from '../../../../src/observatory/draw/setting-fields.ts';

function drawn(name: string, text: string, meaning = ''): string {
  const setting: LiveSetting = {
    name,
    decides: 'sampling',
    text,
    value: text,
    meaning,
    default: text,
    source: 'default',
    mayBeEmpty: false,
    page: undefined,
    environment: undefined,
  };
  const field = settingField({ setting, text, isTakenBack: false, problem: undefined }, 0);
  return String(field).replaceAll(/\s+/g, ' ');
}

describe('a field of a setting', () => {
  it('says its unit once, in the label', () => {
    const field = drawn('METRICS_SLOW_QUERY_THRESHOLD', '1.0', 'seconds; a statement at or above it');
    expect(field).toContain('A statement is slow from (seconds)');
    expect(field).toContain('>a statement at or above it</p>');
  });

  it('explains a choice in the words of its options', () => {
    const field = drawn('METRICS_WHOLE_TRACE_ON_ERROR', 'true', 'kept; false: with its ancestors alone');
    expect(field).toContain('>no</option');
    expect(field).toContain('>kept; no: with its ancestors alone</p>');
  });

  it('is empty for “none”, and is read as “none” when empty', () => {
    expect(drawn('METRICS_RULES', 'none')).toMatch(/placeholder="none" ?> ?<\/textarea>/);
    expect(drawn('METRICS_RULES', 'route=/a: never')).toMatch(/> ?route=\/a: never<\/textarea>/);
    expect(fieldValue('METRICS_RULES', ' \n')).toBe('none');
    expect(fieldValue('METRICS_RULES', 'status=5xx: always')).toBe('status=5xx: always');
    expect(fieldValue('METRICS_EXPORT_SAMPLING_RATE', '')).toBe('');
  });
});
