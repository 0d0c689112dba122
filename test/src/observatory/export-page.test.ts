import { describe, expect, it } from '@jest/globals';
import type { ExportFacts } from '../../../otel/query.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { MeasuredBlog } from '../../fixtures/measured-blog.ts';
import { NOW } from '../../fixtures/still-runtime.ts';

async function pageOf(more: Partial<ExportFacts>): Promise<string> {
  const { telemetry } = new MeasuredBlog();
  // No receiver is at hand.
  const facts = { ...telemetry.export(), ...more };
  telemetry.export = () => facts;
  const { origin } = await serveObservatory(telemetry);
  return (await fetch(`${origin}/admin/metrics-dashboard/export`)).text();
}

describe('the export page', () => {
  const refused = { atMillis: NOW - 4000, message: 'connect ECONNREFUSED 127.0.0.1:4318' };
  const endpoint = 'http://127.0.0.1:4318/v1/traces';

  it('says what to do while the endpoint refuses', async () => {
    const text = await pageOf({
      configured: true,
      endpoint,
      lastError: refused,
      lastSuccessMillis: NOW - 400_000,
    });
    expect(text).toContain('The endpoint last accepted spans 6 minutes ago');
    expect(text).toContain(`-d '{}' ${endpoint}</code>`);
  });

  it('does not, once it has accepted again', async () => {
    const text = await pageOf({
      configured: true,
      endpoint,
      lastError: refused,
      lastSuccessMillis: NOW - 1000,
    });
    expect(text).toContain('Export works.');
    expect(text).not.toContain('What to do');
    expect(text).toContain(refused.message);
  });

  it('says how to enable it, and offers no time range', async () => {
    const text = await pageOf({ configured: false, endpoint: undefined });
    expect(text).toContain('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://127.0.0.1:4318/v1/traces');
    expect(text).not.toContain('aria-label="Time range"');
  });
});
