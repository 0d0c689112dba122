import { html, type Html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';

/** Stands on every page while nothing is measured. */
export function disabledPanel(): Html {
  return panel({
    className: 'prose',
    title: 'How to switch it on',
    body: html`<ol class="steps">
      <li>
        Remove <code>METRICS_ENABLED=false</code> from the environment or from <code>.env</code>, or set it to
        <code>true</code>.
      </li>
      <li>Restart the blog.</li>
      <li>Come back here: the first requests are shown within a second.</li>
    </ol>`,
  });
}
