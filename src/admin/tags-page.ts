import { errorSummary, hiddenField, textField, type FieldProblems } from '../accounts/form-parts.ts';
import { tagUrl } from '../posts/post-path.ts';
import { html, type Html } from '../markup/html.ts';
import { countText } from '../markup/quantity.ts';
import type { TagNames, TagUse } from '../posts/tag-names.ts';
import { TAGS_PATH } from '../process/own-addresses.ts';
import { adminTable } from './admin-table.ts';

export interface TagsPageOptions {
  readonly uses: readonly TagUse[];
  readonly renamed: ReturnType<TagNames['renamed']>;
  /** As typed. */
  readonly values: { readonly from: string; readonly to: string };
  readonly problems: FieldProblems;
  /** The other tag that the new name is, for the question whether both become one. */
  readonly merges?: TagUse | undefined;
  readonly notice: string | undefined;
  readonly csrfToken: string;
}

/** The form that renames a tag above the list of all. */
export function tagsPage(options: TagsPageOptions): Html {
  const { uses, renamed, problems, notice } = options;
  return html`<header class="page-bar"><h1>Tags</h1></header>
    ${notice !== undefined && html`<p class="notice" role="status">${notice}</p>`} ${errorSummary(problems)}
    <p>
      A tag that is renamed here has its new name in every post, also in drafts and in what is imported later;
      its former address and feed redirect.
    </p>
    ${options.merges === undefined ? renameForm(options) : mergeForm(options, options.merges)}
    ${uses.length === 0 ? html`<p class="empty">No post has a tag.</p>` : useTable(uses)}
    ${renamed.length > 0 && renamedTable(options)}`;
}

function renameForm({ values, problems, csrfToken, uses }: TagsPageOptions): Html {
  const line = (name: 'from' | 'to', label: string, hint: string): Html =>
    textField({
      name,
      label,
      hint,
      value: values[name],
      problem: problems[name],
      required: true,
      isExact: true,
    });
  return html`<section class="card" aria-labelledby="rename-tag">
    <h2 id="rename-tag">Rename a tag</h2>
    <form method="post" action="${TAGS_PATH}">
      ${hiddenField('_csrf', csrfToken)} ${line('from', 'Tag', 'As in the list below.')}
      ${line('to', 'New name', 'The name of another tag makes both one.')}
      <p class="actions">
        <button type="submit" class="primary" ${uses.length === 0 && html` disabled`}>Rename</button>
      </p>
    </form>
  </section>`;
}

function mergeForm({ values, csrfToken }: TagsPageOptions, { tag, posts }: TagUse): Html {
  return html`<section class="card" aria-labelledby="merge-tags">
    <h2 id="merge-tags">Make two tags one?</h2>
    <p>
      There is a tag <bdi>${tag}</bdi> with ${countText(posts)} ${posts === 1 ? 'post' : 'posts'}. If
      <bdi>${values.from}</bdi> gets that name, nobody can tell the posts of both apart again.
    </p>
    <form method="post" action="${TAGS_PATH}">
      ${hiddenField('_csrf', csrfToken)} ${hiddenField('from', values.from)} ${hiddenField('to', tag)}
      ${hiddenField('merge', 'yes')}
      <p class="actions">
        <button type="submit" class="primary">Make them one</button> <a href="${TAGS_PATH}">Cancel</a>
      </p>
    </form>
  </section>`;
}

function useTable(uses: readonly TagUse[]): Html {
  return adminTable(
    'Tags, most posts first',
    ['Tag', 'Posts'],
    uses.map(({ tag, posts, listed }) => {
      const hidden = posts - listed;
      return html`<tr>
        <th scope="row">
          ${listed > 0 ? html`<a href="${tagUrl(tag)}"><bdi>${tag}</bdi></a>` : html`<bdi>${tag}</bdi>`}
        </th>
        <td>${countText(posts)}${hidden > 0 && html`, ${countText(hidden)} not published`}</td>
        <td class="act">
          <a href="${TAGS_PATH}?${new URLSearchParams({ from: tag }).toString()}" aria-label="Rename ${tag}"
            >Rename</a
          >
        </td>
      </tr>`;
    }),
  );
}

function renamedTable({ renamed, csrfToken }: TagsPageOptions): Html {
  return html`<h2>Former names</h2>
    ${adminTable(
      'Former names of tags',
      ['Former name', 'Name'],
      renamed.map(
        ({ formerKey, tag }) =>
          html`<tr>
            <th scope="row"><bdi>${formerKey}</bdi></th>
            <td><bdi>${tag}</bdi></td>
            <td class="act">
              <form method="post" action="${TAGS_PATH}/forget">
                ${hiddenField('_csrf', csrfToken)} ${hiddenField('key', formerKey)}
                <button type="submit" aria-label="Forget the former name ${formerKey}">Forget</button>
              </form>
            </td>
          </tr>`,
      ),
    )}`;
}
