import type { TraceLink } from '../trace/trace-links.ts';
import { html, type Html } from '../../markup/html.ts';
import { moment, momentText } from '../format/moment.ts';
import type { PageView } from '../page.ts';
import { copyButton } from './copy-button.ts';
import { csrfField } from './csrf-field.ts';

interface Shared {
  /** Links that open this trace, newest first. */
  readonly sharedBy: readonly TraceLink[];
  /** The address of a link that was made by this request. */
  readonly madeLink: string | undefined;
}

/** Makes a link that shows this trace to a colleague, and revokes links. */
export function sharePanel({ sharedBy, madeLink }: Shared, traceId: string, view: PageView): Html {
  const path = `${view.links.base}/traces/${traceId}`;
  return html`<details class="curl" ${madeLink !== undefined && html` open`}>
    <summary class="button">
      Share${sharedBy.length > 0 && html` <span class="unit">${sharedBy.length}</span>`}
    </summary>
    <div class="curl-panel">
      ${
        madeLink === undefined
          ? html`<p>
                Anyone who has the link sees this trace, with its attributes and log lines, and how often
                operations like its own ran and how long they took, but no other trace: for seven days, unless
                you revoke it. ${sharedBy.length > 0 ? 'The trace is pinned.' : 'Making one pins the trace.'}
              </p>
              <form method="post" action="${path}/share">
                ${csrfField(view)}<button type="submit">Make a link</button>
              </form>`
          : html`<p>Copy it now; it is not shown again.</p>
              <pre tabindex="0"><code id="shared-link">${madeLink}</code></pre>
              ${copyButton('shared-link', 'the link')}`
      }
      ${
        sharedBy.length > 0 &&
        html`<ul class="shared-links">
          ${sharedBy.map(
            ({ id, createdAtMillis, expiresAtMillis }) =>
              html`<li>
                <span
                  >made ${moment(createdAtMillis, view.now)}, opens until
                  ${moment(expiresAtMillis, view.now)}</span
                >
                <form method="post" action="${path}/links/${id}/revoke">
                  ${csrfField(view)}<button
                    type="submit"
                    aria-label="Revoke the link made ${momentText(createdAtMillis, view.now)}"
                  >
                    Revoke
                  </button>
                </form>
              </li>`,
          )}
        </ul>`
      }
    </div>
  </details>`;
}
