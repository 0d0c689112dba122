import { describe, expect, it } from '@jest/globals';
import { readTelemetryConfig } from '../../../otel/config.ts';
import { telemetryOptionsOf } from '../../../src/start/telemetry-options.ts';

const OWN = ['/admin/metrics-dashboard', '/admin/metrics', '/metrics', '/assets/admin'];
const ignored = (publicUrl?: string) => telemetryOptionsOf({ dataDir: 'data', publicUrl }).ignorePaths;

describe('the telemetry options of the blog', () => {
  it('leaves the observatory untraced, below the path of PUBLIC_URL too', () => {
    for (const publicUrl of [undefined, 'https://blog.example', 'https://blog.example/'])
      expect(ignored(publicUrl)).toEqual(OWN);
    expect(ignored('https://blog.example/a/notes')).toEqual([
      ...OWN,
      ...OWN.map((path) => `/a/notes${path}`),
    ]);
  });

  it('keeps the history beside the blog, and names the service', () => {
    const config = readTelemetryConfig({
      ...telemetryOptionsOf({ dataDir: 'elsewhere', publicUrl: undefined }),
      env: {},
    });
    expect(config.historyFile).toMatch(/^elsewhere[\\/]telemetry\.sqlite$/);
    expect(config.resourceAttributes).toEqual({ 'service.name': 'glasshouse' });
  });

  it('is strict, knows METRICS_TOKEN and never shows it, also where the settings of the blog are wrong', () => {
    for (const config of [undefined, { dataDir: 'data', publicUrl: undefined }]) {
      const options = telemetryOptionsOf(config);
      const { settings } = readTelemetryConfig({ ...options, env: { METRICS_TOKEN: 'hunter2' } });
      expect(settings.find(({ name }) => name === 'METRICS_TOKEN')).toMatchObject({ value: '(set)' });
      const wrong = (): unknown => readTelemetryConfig({ ...options, env: { METRICS_TOKN: 'hunter2' } });
      expect(wrong).toThrow('did you mean METRICS_TOKEN?');
      expect(wrong).not.toThrow('hunter2');
    }
  });
});
