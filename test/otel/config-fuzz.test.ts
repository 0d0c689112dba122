import { describe, expect, it } from '@jest/globals';
import { anyText, fc } from '../fixtures/properties.ts';
import { readTelemetryConfig, TELEMETRY_SETTINGS, TelemetryConfigError } from '../../otel/config.ts';
import type { TelemetryConfig } from '../../otel/config.ts';
import { OPERATION_TYPES } from '../../otel/query.ts';
import { nearestName } from '../../otel/settings/nearest-name.ts';
import { formatSamplingRates, parseSamplingRates } from '../../otel/settings/sampling-rates.ts';

const names = TELEMETRY_SETTINGS.map(({ name }) => name);
const rate = fc.double({ min: 0, max: 1, noNaN: true, noDefaultInfinity: true });
const rates = fc
  .record({ http: rate, database: rate, render: rate, other: rate })
  .map((all) => Object.fromEntries(Object.entries(all).map(([type, value]) => [type, value + 0])));

const value = fc.oneof(
  anyText(),
  fc.json(),
  fc.double().map(String),
  fc.constantFrom('', ' ', '1', 'true', 'http://x', 'a=1', 'database=0.1', '__proto__=1', '{"http":1}'),
);
const environment = fc.dictionary(
  fc.oneof(
    fc.constantFrom(...names),
    fc.string().map((tail) => `METRICS_${tail}`),
    fc.string(),
  ),
  value,
);

function attempt(
  env: Record<string, string>,
  dotEnv: Record<string, string>,
): { config?: TelemetryConfig; error?: TelemetryConfigError } {
  try {
    return { config: readTelemetryConfig({ env, dotEnv }) };
  } catch (error) {
    if (error instanceof TelemetryConfigError) return { error };
    throw error;
  }
}

describe('readTelemetryConfig, whatever is set', () => {
  it('returns a frozen config or throws one TelemetryConfigError that lists every problem', () => {
    fc.assert(
      fc.property(environment, environment, (env, dotEnv) => {
        const { config, error } = attempt(env, dotEnv);
        const problems = error?.problems ?? [];
        const rates = Object.values(config?.rates ?? {});
        expect(config === undefined || Object.isFrozen(config)).toBe(true);
        expect(rates.filter((share) => !(share >= 0 && share <= 1))).toEqual([]);
        expect(rates).toHaveLength(error === undefined ? OPERATION_TYPES.length : 0);
        expect(problems.length > 0).toBe(error !== undefined);
        expect(problems.filter(({ variable }) => !error?.message.includes(variable))).toEqual([]);
        expect(error?.message.split('\n').length ?? 1).toBe(problems.length + 1);
      }),
      { numRuns: 500 },
    );
  });

  it('parses the rates it shows', () => {
    fc.assert(
      fc.property(rates, (all) => {
        const parsed = parseSamplingRates(JSON.stringify(all));
        expect(parsed).toEqual(all);
        expect(parseSamplingRates(formatSamplingRates(parsed))).toEqual(parsed);
      }),
    );
  });

  it('shows each valid value in a form that parses to the same', () => {
    fc.assert(
      fc.property(
        rates,
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.double({ min: 0, max: 3600, noNaN: true }),
        (all, traces, seconds) => {
          const env = {
            METRICS_SAMPLING_RATE: JSON.stringify(all),
            METRICS_BUFFER_SIZE: String(traces),
            METRICS_SLOW_QUERY_THRESHOLD: String(seconds),
          };
          const first = readTelemetryConfig({ env });
          const shown = Object.fromEntries(
            first.settings
              .filter((setting) => setting.source === 'environment')
              .map((setting) => [setting.name, setting.value]),
          );
          expect(readTelemetryConfig({ env: shown })).toEqual(first);
        },
      ),
    );
  });

  it('suggests the name after one typing error', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.nat(),
        fc.constantFrom('X', '', 'XY'),
        (name, at, replacement) => {
          const index = at % name.length;
          const slipped = `${name.slice(0, index)}${replacement}${name.slice(index + 1)}`;
          expect(nearestName(slipped, [name, 'HOST', 'PORT'])).toBe(name);
        },
      ),
    );
  });
});
