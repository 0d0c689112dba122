import type { TakenProfile } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { countText } from '../../markup/quantity.ts';
import { panel } from '../charts/frame.ts';
import { moment } from '../format/moment.ts';
import { shortened } from '../format/shortened.ts';
import type { PageView } from '../page.ts';
import { csrfField } from './csrf-field.ts';
import { breakable } from './facts.ts';
import { type Column, drawTable } from './table.ts';

const MAX_NAME = 120;

/** A kind of profile that somebody asks for: of time, or of memory. */
export interface ProfileKind {
  /** Where such profiles are started and shown. */
  readonly path: string;
  /** `heap profile`. */
  readonly name: string;
  /** `Heap profiles`. */
  readonly title: string;
  /** Of their files, without the dot. */
  readonly extension: string;
  /** Seconds. */
  readonly length: { readonly min: number; readonly max: number; readonly usual: number };
  readonly button: string;
  /** What one says, and what it costs. */
  readonly cost: string;
}

/** `heap-profile`: of files and of elements. */
export const slugOf = ({ name }: ProfileKind): string => name.replaceAll(' ', '-');

/** The button, and what it costs. */
export function profileStart(
  kind: ProfileKind,
  view: PageView,
  refused?: { readonly problem: string; readonly text: string },
): Html {
  const { path, button, cost } = kind;
  const { min, max, usual } = kind.length;
  const problemId = `${slugOf(kind)}-problem`;
  return html`<form class="mark-now" method="post" action="${view.links.base}${path}">
      ${csrfField(view)}
      ${refused !== undefined && html`<p class="notice" role="alert" id="${problemId}">Nothing was started: ${refused.problem}.</p>`}
      <label
        >seconds
        <input
          type="number"
          name="seconds"
          min="${min}"
          max="${max}"
          value="${refused?.text ?? usual}"
          required
          ${refused !== undefined && html`aria-describedby="${problemId}"`}
      /></label>
      <button type="submit">${button}</button>
    </form>
    <p class="note">${cost}</p>`;
}

type Kept = Pick<TakenProfile, 'id' | 'startedMillis' | 'hasFile' | 'samples'> & {
  readonly functions: readonly Named[];
};
type Named = Pick<TakenProfile['functions'][number], 'name' | 'location'>;

/** The profiles that are held. @param figures Of what they say: `length`, and the one that matters. */
export function heldProfiles<Profile extends Kept>(
  kind: ProfileKind,
  { kept, maxKept }: { readonly kept: readonly Profile[]; readonly maxKept: number },
  figures: readonly Column<Profile>[],
  most: string,
  view: PageView,
): Html {
  const { links, now } = view;
  const { path, title, extension } = kind;
  const columns: readonly Column<Profile>[] = [
    {
      label: 'started',
      cell: ({ id, startedMillis }) =>
        html`<a href="${links.to(path, { id: String(id) })}">${moment(startedMillis, now)}</a>`,
    },
    ...figures,
    { label: 'samples', align: 'number', room: 'mid', cell: ({ samples }) => countText(samples) },
    {
      label: most,
      room: 'wide',
      cell: ({ functions }) => (functions[0] === undefined ? '–' : functionCell(functions[0])),
    },
    {
      label: 'file',
      cell: ({ id, hasFile }) =>
        hasFile
          ? html`<a href="${links.base}${path}/${id}.${extension}" download>.${extension}</a>`
          : 'too large',
    },
  ];
  return panel({
    title,
    note: `the last ${maxKept} are held, in memory alone: a restart removes them`,
    body: drawTable(kept, columns, {
      caption: title,
      keyOf: ({ id }) => String(id),
      view,
      still: true,
      empty: 'None yet.',
    }),
  });
}

/** A function and its place. */
export function functionCell({ name, location }: Named): Html {
  return html`<bdi class="name"><code>${shortened(name, MAX_NAME)}</code></bdi
    >${location !== undefined && html` <bdi class="note wrap">${breakable(location)}</bdi>`}`;
}
