import { describe, expect, it } from '@jest/globals';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { busyBlog } from '../../fixtures/busy-blog.ts';
import { telemetryOff } from '../../fixtures/measured-blog.ts';

/** The store lets no fault of a file out; what if it did. */
function broken() {
  const { telemetry } = busyBlog();
  telemetry.series = () => {
    throw new Error('history file is locked <b>');
  };
  return telemetry;
}

describe('a page that cannot be drawn', () => {
  it('says that within the frame, with what to do, and answers 500', async () => {
    const { origin } = await serveObservatory(broken());
    const response = await fetch(`${origin}/admin/metrics-dashboard/routes`);
    const text = await response.text();
    expect(response.status).toBe(500);
    expect(text).toContain('This page failed to render.');
    expect(text).toContain('history file is locked &lt;b&gt;');
    expect(text).toContain('aria-label="Admin"');
  });

  it('leaves the other pages as they are', async () => {
    const { origin } = await serveObservatory(broken());
    expect((await fetch(`${origin}/admin/metrics-dashboard/export`)).status).toBe(200);
  });
});

describe('with METRICS_ENABLED=false', () => {
  it.each(['', '/routes', '/traces', '/process'])(
    '%s says how to switch it on and opens no live stream',
    async (path) => {
      const { origin } = await serveObservatory(telemetryOff());
      const text = await (await fetch(`${origin}/admin/metrics-dashboard${path}`)).text();
      expect(text).toContain('Telemetry is off, because METRICS_ENABLED is false.');
      expect(text).toContain('How to enable it');
      expect(text).not.toContain('data-live');
    },
  );
});
