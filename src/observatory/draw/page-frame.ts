import { html, type Html } from '../../markup/html.ts';
import { toLocalInput } from '../../markup/zoned-time.ts';
import { shownZone, zoneText } from '../format/zone.ts';
import { pageAddress } from './page-address.ts';
import { wordsAddress } from './words.ts';
import type { AnyPage, OpenPage, PageView } from '../page.ts';
import { drawSentence } from '../sentences/sentence.ts';
import { sheddingWords } from '../sentences/shedding-sentence.ts';
import { type CoverageNote, coverageNotes, PRESETS } from '../facts/time-range.ts';

/** A page inside the layout: title, range, sentence, body. A live update replaces it. */
export function pageContent(page: AnyPage, open: OpenPage, view: PageView): Html {
  const { parent } = page;
  const moves = page.live && view.range.moving;
  return html`<header class="page-head">
      <h1 class="${parent === undefined ? 'as-in-bar' : ''}">
        ${parent !== undefined && html`<a href="${view.links.to(parent.path)}">${parent.label}</a><span class="slash" aria-hidden="true"> / </span>`}<bdi
          >${open.title}</bdi
        >
      </h1>
      <div class="controls">
        ${open.actions ?? (page.ranged && rangePicker(view, open.isOfRange ?? true))}${moves && html`<span id="live-control" class="live-control"></span>`}
      </div>
    </header>
    ${view.shed !== undefined && html`<p class="notice" role="status">${sheddingWords(view.shed, view.now)}</p>`}
    ${view.range.problem !== undefined && html`<p class="notice" role="alert">${view.range.problem} Showing ${view.range.words}.</p>`}
    ${page.ranged && page.counted && coverageNotes(view.range, view.now).map((note) => noticeOf(note, view))}
    <div class="lead ${moves && `moving ${page.menu}`}">
      ${drawSentence(open.sentence)}${moves && html`<button type="button" class="lead-more" hidden>more</button>`}
    </div>
    ${open.body}
    <footer class="page-foot">
      <span>Times in ${zoneText(view.now)}</span>
      <a href="${pageAddress(view, { format: 'json' })}">this page as JSON</a>
      <a href="${wordsAddress(view.links)}">words</a>
      <a href="${view.links.to('/keys')}">keys <kbd>?</kbd></a>
    </footer>`;
}

/** Without a link on the page that it would lead to. */
function noticeOf({ text, more }: CoverageNote, { links, path }: PageView): Html {
  return html`<p class="notice">
    ${text}${more !== undefined && more.path !== path && html` <a href="${links.to(more.path)}">${more.words}</a>`}
  </p>`;
}

/** Hidden fields that keep the rest of the query when a form submits a part of it. */
export function hiddenFields(
  query: Readonly<Record<string, string | undefined>>,
  without: readonly string[],
): Html {
  return html`${Object.entries(query)
    .filter(([key, value]) => value !== undefined && value !== '' && !without.includes(key))
    .map(([key, value]) => html`<input type="hidden" name="${key}" value="${value}" />`)}`;
}

/** A moment in a datetime-local field, whose form is read in the same zone. */
export function localInput(millis: number): string {
  return toLocalInput(millis, shownZone(), 'second');
}

/** What another range makes begin anew. */
const BEGINS: readonly string[] = ['from', 'to', 'part', 'before', 'below', 'above'];

function rangePicker({ links, path, query, range, now }: PageView, isOfRange: boolean): Html {
  const rest = { ...query, ...Object.fromEntries(BEGINS.map((name) => [name, undefined])) };
  const isCustom = isOfRange && range.preset === undefined;
  return html`<nav class="presets" aria-label="Time range">
      ${PRESETS.map((preset) => {
        const href = links.ranged(path, rest, { from: preset.from });
        return html`<a href="${href}" ${isOfRange && range.preset === preset && html` aria-current="true"`}
          >${preset.label}</a
        >`;
      })}
    </nav>
    <details class="custom-range">
      <summary class="${isCustom ? 'lit' : ''}">custom</summary>
      <form method="get" action="${links.base}${path}">
        ${hiddenFields(query, BEGINS)}
        <label
          >from
          <input type="datetime-local" name="from" value="${localInput(range.fromMillis)}" step="1" required
        /></label>
        <label
          >to <input type="datetime-local" name="to" value="${localInput(range.toMillis)}" step="1" required
        /></label>
        <button type="submit">Show</button>
        <p class="note">Times in ${zoneText(now)}.</p>
      </form>
    </details>`;
}
