import { afterEach, describe, expect, it } from '@jest/globals';
import type { Server } from 'node:http';
import type { SeriesSummary } from '../../../otel/query.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { FakeTelemetry } from './fake-telemetry.ts';

class BrokenTelemetry extends FakeTelemetry {
  override series(): readonly SeriesSummary[] {
    throw new Error('history file is locked <b>');
  }
}

let running: Server | undefined;
afterEach(() => {
  running?.closeAllConnections();
  running?.close();
});

describe('a page that cannot be drawn', () => {
  it('says so within the frame, with what to do, and answers 500', async () => {
    const { server, origin } = await serveObservatory(new BrokenTelemetry());
    running = server;
    const response = await fetch(`${origin}/admin/metrics-dashboard/routes`);
    const text = await response.text();
    expect(response.status).toBe(500);
    expect(text).toContain('This page could not be drawn.');
    expect(text).toContain('history file is locked &lt;b&gt;');
    expect(text).toContain('aria-label="Admin"');
  });

  it('leaves the other pages as they are', async () => {
    const { server, origin } = await serveObservatory(new BrokenTelemetry());
    running = server;
    expect((await fetch(`${origin}/admin/metrics-dashboard/export`)).status).toBe(200);
  });
});

describe('with METRICS_ENABLED=false', () => {
  it.each(['', '/routes', '/traces', '/process'])(
    '%s says how to switch it on and opens no live stream',
    async (path) => {
      const { server, origin } = await serveObservatory(new FakeTelemetry({ enabled: false }));
      running = server;
      const text = await (await fetch(`${origin}/admin/metrics-dashboard${path}`)).text();
      expect(text).toContain('Nothing is measured, because METRICS_ENABLED is false.');
      expect(text).toContain('How to switch it on');
      expect(text).not.toContain('data-live');
    },
  );
});
