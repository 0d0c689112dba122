import { html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import type { Links } from '../links.ts';
import type { OpenPage } from '../page.ts';

/** Stands where a page could not be drawn: what happened and what to do. */
export function brokenPage(title: string, error: unknown, links: Links): OpenPage {
  const message = error instanceof Error ? error.message : String(error);
  return {
    facts: { error: message },
    title,
    sentence: [{ text: 'This page could not be drawn.' }, { text: ' The blog itself is not affected.' }],
    body: panel({
      title: 'What went wrong',
      body: html`<pre class="stack" tabindex="0"><code>${message}</code></pre>
        <p>
          Reload to try again, or choose a shorter range. The whole error is in the log of the process;
          <a href="${links.to('/buffer')}">faults inside telemetry</a> are listed with the buffer.
        </p>`,
    }),
    sheet: undefined,
    status: 500,
  };
}
