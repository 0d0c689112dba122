import { html, type Html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';

/** Shown on every page while telemetry is off. */
export function disabledPanel(): Html {
  return panel({
    className: 'prose',
    title: 'How to enable it',
    body: html`<ol class="steps">
      <li>
        Remove <code>METRICS_ENABLED=false</code> from the environment or from <code>.env</code>, or set it to
        <code>true</code>.
      </li>
      <li>Restart the blog.</li>
      <li>Reload this page: the first requests appear within a second.</li>
    </ol>`,
  });
}
