import { monthName } from '../markup/dates.ts';
import { html, type Html } from '../markup/html.ts';
import type { Page } from './layout.ts';
import type { SiteSettings } from '../db/site-settings.ts';

export interface MonthCount {
  readonly year: number;
  /** 1–12. */
  readonly month: number;
  readonly count: number;
}

const MONTHS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
/** Upper bounds of the first three tints, as fractions of the fullest month. */
const TINT_SHARES = [0.25, 0.5, 0.75];

/** Each year as a row of twelve cells, darker green for months with more posts. */
export function archivePage(months: readonly MonthCount[], site: SiteSettings): Page {
  const years = new Map<number, Map<number, number>>();
  let total = 0;
  let fullest = 0;
  for (const { year, month, count } of months) {
    if (!years.has(year)) years.set(year, new Map());
    years.get(year)!.set(month, count);
    total += count;
    fullest = Math.max(fullest, count);
  }
  const names = MONTHS.map((month) => monthName(month, site.language, 'short'));

  function pane(year: number, month: number, count: number): Html {
    const name = names[month - 1]!;
    if (count === 0) return html`<li aria-hidden="true"><span>${name}</span></li> `;
    const tint = 1 + TINT_SHARES.filter((share) => count > share * fullest).length;
    const address = `/archive/${year}/${String(month).padStart(2, '0')}`;
    const rest = count === 1 ? `post in ${year}` : `posts in ${year}`;
    return html`<li class="tint-${tint}">
      <a href="${address}"><span>${name}</span> <b>${count}</b> <span class="unseen">${rest}</span></a>
    </li>`;
  }

  const rows = [...years.keys()]
    .sort((a, b) => b - a)
    .map((year) => {
      const counts = years.get(year)!;
      const sum = [...counts.values()].reduce((left, right) => left + right, 0);
      return html`<section class="year">
        <h2><a href="/archive/${year}">${year}</a> <small>${countOf(sum)}</small></h2>
        <ol class="panes">
          ${MONTHS.map((month) => pane(year, month, counts.get(month) ?? 0))}
        </ol>
      </section> `;
    });

  return {
    title: 'Archive',
    description: `Everything on ${site.title} by year and month.`,
    canonicalPath: '/archive',
    current: 'archive',
    body: html`<header class="page-head">
        <h1>Archive</h1>
        ${total === 0 ? '' : html`<p>${countOf(total)} since ${Math.min(...years.keys())}</p>`}
      </header>
      ${total === 0 ? html`<p class="empty">No post is published yet.</p>` : rows}`,
  };
}

function countOf(count: number): string {
  return count === 1 ? '1 post' : `${count.toLocaleString('en')} posts`;
}
