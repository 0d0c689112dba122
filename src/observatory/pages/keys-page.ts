import { ADMIN_KEYS } from '../../accounts/admin-layout.ts';
import { html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import { wordList, WORDS } from '../draw/words.ts';
import { definePage } from './define-page.ts';
import { PRESETS } from '../facts/time-range.ts';

interface Key {
  readonly keys: readonly string[];
  readonly does: string;
}

interface KeysFacts {
  readonly words: readonly { readonly word: string; readonly meaning: string }[];
  readonly groups: readonly { readonly name: string; readonly keys: readonly Key[] }[];
}

const GROUPS: KeysFacts['groups'] = [
  { name: 'Go to', keys: ADMIN_KEYS.map(({ key, label }): Key => ({ keys: ['g', key], does: label })) },
  {
    name: 'Time range',
    keys: PRESETS.map((preset, index): Key => ({
      keys: [String(index + 1)],
      does: `the last ${preset.words}`,
    })),
  },
  {
    name: 'Anywhere',
    keys: [
      { keys: ['?'], does: 'this list' },
      { keys: ['p'], does: 'pause live numbers, or resume them' },
      { keys: ['/'], does: 'search traces' },
    ],
  },
  {
    name: 'In a trace',
    keys: [
      { keys: ['↑', '↓'], does: 'previous span, next span' },
      { keys: ['→', '←'], does: 'expand or enter, collapse or leave' },
      { keys: ['Home', 'End'], does: 'first span, last span' },
      { keys: ['Enter'], does: 'open the span' },
      { keys: ['f'], does: 'find spans' },
      { keys: ['n', 'N'], does: 'next match, previous match' },
    ],
  },
  {
    name: 'Standard keys',
    keys: [
      { keys: ['Tab'], does: 'every link, form, table and scrolling box, in reading order' },
      { keys: ['Esc'], does: 'clear the selection, close this list' },
    ],
  },
];

/** The words of these pages, and the keyboard shortcuts. `?` shows this list over any page. */
export const keysPage = definePage<KeysFacts>({
  path: '/keys',
  menu: 'keys',
  live: false,
  ranged: false,
  offToo: true,
  fetch: () => ({
    groups: GROUPS,
    words: Object.entries(WORDS).map(([word, meaning]) => ({ word, meaning })),
  }),
  title: () => 'Keys and words',
  sentence: () => [
    { text: 'Tab reaches everything here; these keys are shortcuts. ' },
    { text: 'Drag across a time chart to zoom in, across a heat map to list the traces of a region.' },
  ],
  draw: ({ groups, words }) =>
    html`${panel({ title: 'Words', note: 'on all pages', body: wordList(words) })}
      <div class="key-list" data-key-list>
        ${groups.map(({ name, keys }) =>
          panel({
            title: name,
            body: html`<dl class="facts">
              ${keys.map(
                (each) =>
                  html`<div>
                    <dt>${each.keys.map((key) => html`<kbd>${key}</kbd> `)}</dt>
                    <dd>${each.does}</dd>
                  </div>`,
              )}
            </dl>`,
            foot: name === 'Anywhere' ? html`<span data-key-switch></span>` : undefined,
          }),
        )}
      </div>`,
  sheet: ({ groups }) => ({
    columns: ['where', 'keys', 'does'],
    rows: groups.flatMap(({ name, keys }) => keys.map((each) => [name, each.keys.join(' '), each.does])),
  }),
});
