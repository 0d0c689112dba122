import { html, type Html } from '../markup/html.ts';
import type { Page } from './layout.ts';
import { trimSlashes } from '../process/address.ts';
import { searchForm } from './search-page.ts';

/** What an error page says. */
export interface ErrorFacts {
  readonly status: number;
  /** Safe to show; never a stack. */
  readonly message: string;
  readonly requestId: string;
  /** The address asked for. */
  readonly path: string;
  readonly hasSearch: boolean;
}

const HEADINGS: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Sign in first',
  403: 'Forbidden',
  404: 'Page not found',
  405: 'Method not allowed',
  409: 'Edit conflict',
  410: 'Post removed',
  413: 'Request too large',
  414: 'Address too long',
  415: 'Unsupported media type',
  416: 'Range not satisfiable',
  429: 'Too many attempts',
  431: 'Header too long',
  500: 'Something went wrong',
  503: 'Temporarily unavailable',
};

export function errorHeading(status: number): string {
  return HEADINGS[status] ?? (status >= 500 ? HEADINGS[500]! : HEADINGS[400]!);
}

export function errorPage(facts: ErrorFacts): Page {
  const heading = errorHeading(facts.status);
  return {
    title: heading,
    description: facts.message,
    body: html`<header class="page-head error-head">
        <p class="status">${facts.status}</p>
        <h1>${heading}</h1>
      </header>
      ${facts.message !== `${heading}.` && html`<p>${facts.message}</p>`} ${advice(facts)}`,
  };
}

function advice(facts: ErrorFacts): Html {
  // Addresses of the owner, and secret links: no search finds what they led to.
  if (facts.status === 404 && !facts.path.startsWith('/admin/')) {
    return html`<p>
        It may have moved. ${facts.hasSearch ? 'Search for it below, or look' : 'Look'} through the
        <a href="/archive">archive</a>.
      </p>
      ${facts.hasSearch && searchForm(wordsOf(facts.path))}`;
  }
  if (facts.status >= 500) {
    return html`<p>
        The log has the details under request ID <code>${facts.requestId}</code>. Try again in a moment.
      </p>
      <p><a href="/">Go to the front page</a></p>`;
  }
  return html`<p><a href="/">Go to the front page</a></p>`;
}

/** Turns an address into words to search for: `/2026/03/slow-query.html` becomes `slow query`. */
export function wordsOf(path: string): string {
  let text: string;
  try {
    text = decodeURIComponent(path);
  } catch {
    text = '';
  }
  const last = trimSlashes(text).split('/').at(-1) ?? '';
  return last
    .replace(/\.[a-z]{1,5}$/i, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
    .slice(0, 100);
}
