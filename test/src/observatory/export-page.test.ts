import { describe, expect, it } from '@jest/globals';
import type { ExportFacts } from '../../../otel/query.ts';
import { exportFacts } from '../../fixtures/export-facts.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { MeasuredBlog } from '../../fixtures/measured-blog.ts';
import { NOW } from '../../fixtures/still-runtime.ts';

async function pageOf(...exports: readonly ExportFacts[]): Promise<string> {
  const { telemetry } = new MeasuredBlog();
  // No receiver is at hand.
  telemetry.export = () => exports;
  const { origin } = await serveObservatory(telemetry);
  return (await fetch(`${origin}/admin/metrics-dashboard/export`)).text();
}

describe('the export page', () => {
  const refused = {
    atMillis: NOW - 4000,
    message: 'nothing listens at 127.0.0.1:4318 (ECONNREFUSED): start the receiver, or correct the address',
  };
  const stored = { items: 512, bytes: 61_000, maxBytes: 67_108_864, oldestMillis: NOW - 300_000 };

  it('says for how long nothing was accepted, why, and what waits', async () => {
    const text = await pageOf(
      exportFacts({
        accepted: 700,
        queued: 188,
        stored: { ...stored, dropped: 0, adopted: 0, maxItemsPerSecond: 2500 },
        lastError: refused,
        failingSinceMillis: NOW - 400_000,
        pausedUntilMillis: NOW + 30_000,
      }),
    );
    expect(text).toContain('Spans have not been accepted for 6 minutes');
    expect(text).toContain(refused.message);
    expect(text).toContain('188 wait in the queue, 512 on disk.');
    expect(text).toMatch(/sent at up to\s+2,500 per second/);
    expect(text).toContain('Send a test');
    expect(text).toContain('Switch off');
  });

  it('keeps the last cause once exports are accepted again, and says what was lost', async () => {
    const text = await pageOf(
      exportFacts({
        accepted: 120,
        sent: 100,
        dropped: 20,
        droppedBy: { queue_full: 20, too_large: 0, stopped: 0, off: 0 },
        lastError: refused,
        lastSuccessMillis: NOW - 1000,
      }),
    );
    expect(text).toContain('Export works.');
    expect(text).toContain('20 were lost since start.');
    expect(text).toContain(refused.message);
  });

  it('has books for every signal', async () => {
    const text = await pageOf(
      exportFacts({ accepted: 5, sent: 5, lastSuccessMillis: NOW - 1000 }),
      exportFacts({ signal: 'metrics', accepted: 80, sent: 75, rejected: 5, lastSuccessMillis: NOW - 1000 }),
      exportFacts({ signal: 'logs', accepted: 2, queued: 2 }),
    );
    for (const title of ['Spans', 'Metrics', 'Log records']) expect(text).toContain(`>${title}<`);
    expect(text).toContain('5 spans, 75 data points, 0 log records sent');
  });

  it('offers no test and no switch for what stays in this process', async () => {
    const text = await pageOf(exportFacts({ endpoint: 'console', isRemote: false, accepted: 1, sent: 1 }));
    expect(text).toContain('Spans to console');
    expect(text).not.toContain('Send a test');
  });

  it('says how to enable it, and offers no time range', async () => {
    const text = await pageOf();
    expect(text).toContain('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://127.0.0.1:4318/v1/traces');
    expect(text).not.toContain('aria-label="Time range"');
  });
});
