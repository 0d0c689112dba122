import { html, type Html } from '../markup/html.ts';
import type { Page } from './layout.ts';
import { trimSlashes } from '../process/address.ts';
import { searchForm } from './search-page.ts';

/** What a reader is told when there is no page to show. */
export interface ErrorFacts {
  readonly status: number;
  /** Safe to show; never a stack. */
  readonly message: string;
  readonly requestId: string;
  /** The address asked for. */
  readonly path: string;
}

const HEADINGS: Readonly<Record<number, string>> = {
  400: 'That request makes no sense here',
  401: 'Sign in first',
  403: 'Not allowed',
  404: 'Nothing grows here',
  405: 'Not in that way',
  409: 'It changed in the meantime',
  410: 'This was taken down',
  413: 'That is too large',
  414: 'That address is too long',
  415: 'Not in that form',
  416: 'There is no such part',
  429: 'Too many tries',
  431: 'That header is too long',
  500: 'Something broke',
  503: 'Not just now',
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
      <p>${facts.message}</p>
      ${advice(facts)}`,
  };
}

function advice(facts: ErrorFacts): Html {
  if (facts.status === 404) {
    return html`<p>
        It may have moved. The words of its address are below; or look through the
        <a href="/archive">archive</a>.
      </p>
      ${searchForm(wordsOf(facts.path))}`;
  }
  if (facts.status >= 500) {
    return html`<p>
        It is written down under the number <code>${facts.requestId}</code>. Trying again in a moment may
        help.
      </p>
      <p><a href="/">To the front page</a></p>`;
  }
  return html`<p><a href="/">To the front page</a></p>`;
}

/** The searchable words of an address: `/2026/03/slow-query.html` to `slow query`. */
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
