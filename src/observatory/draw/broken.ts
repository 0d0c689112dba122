import { html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import type { Links } from '../links.ts';
import type { OpenPage } from '../page.ts';

/** Replaces a page that failed: what happened and what to do. */
export function brokenPage(title: string, error: unknown, links: Links): OpenPage {
  const message = error instanceof Error ? error.message : String(error);
  return {
    facts: { error: message },
    title,
    sentence: [{ text: 'This page failed to render.' }, { text: ' The blog itself is not affected.' }],
    body: panel({
      title: 'What went wrong',
      body: html`<pre class="stack" tabindex="0"><code>${message}</code></pre>
        <p>
          Reload to try again, or choose a shorter range. The whole error is in the log of the process;
          <a href="${links.to('/buffer')}">faults inside telemetry</a> are listed on the buffer page.
        </p>`,
    }),
    sheet: undefined,
    status: 500,
  };
}
