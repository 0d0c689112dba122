import { errorSummary, field, hiddenField, type FieldProblems, textArea } from '../accounts/form-parts.ts';
import type { Post } from '../posts/post.ts';
import { postUrl } from '../posts/post-path.ts';
import { html, type Html } from '../markup/html.ts';
import { titleHtml } from '../markup/title.ts';
import type { PostFormValues } from './post-form.ts';
import { stateChip, stateOf } from './post-state.ts';

export interface EditorOptions {
  /** Undefined for a post that was never saved. */
  readonly post: Post | undefined;
  /** The version that the form was made from. */
  readonly version: number | undefined;
  readonly values: PostFormValues;
  readonly problems?: FieldProblems;
  readonly notice?: string | undefined;
  readonly csrfToken: string;
  readonly timeZone: string;
  readonly nowMillis: number;
}

/** The editor: text on the left, everything about it beside, one bar to save. Complete without a script. */
export function editorPage(options: EditorOptions): Html {
  const { post, version, values, problems = {}, notice, csrfToken } = options;
  const base = post === undefined ? '/admin/posts' : `/admin/posts/${post.id}`;
  const isDeleted = typeof post?.deletedAtMillis === 'number';
  return html`<div class="editor">
    <header class="page-bar">
      <h1>${post === undefined ? 'New post' : titleHtml(post.title)}</h1>
      ${post !== undefined && stateChip(stateOf(post, options.nowMillis))}
      ${post !== undefined && seeIt(post, options.nowMillis)}
    </header>
    ${notice !== undefined && html`<p class="notice" role="status">${notice}</p>`} ${errorSummary(problems)}
    ${isDeleted && deletedNotice(post!, csrfToken)}
    <form method="post" action="${base}" class="editor-form">
      ${hiddenField('_csrf', csrfToken)} ${version !== undefined && hiddenField('version', String(version))}
      <div class="writing">
        ${field({
          name: 'title',
          label: 'Title',
          problem: problems['title'],
          control: (attributes) =>
            html`<input
              type="text"
              class="title"
              ${attributes}
              value="${values.title}"
              maxlength="300"
              required${post === undefined && Object.keys(problems).length === 0 && html` autofocus`}
            />`,
        })}
        ${field({
          name: 'markdown',
          label: 'Text, in Markdown',
          problem: problems['markdown'],
          control: (attributes) =>
            textArea(
              html`class="prose" ${attributes} rows="24" spellcheck="true" lang="${values.language}"`,
              values.markdown,
            ),
        })}
      </div>
      ${aboutPost(options)}
      <div class="save-bar">
        <button type="submit" class="primary">Save</button>
        ${values.status === 'draft' && html`<button type="submit" name="publish" value="1">Publish</button>`}
        <button type="submit" formaction="${base}/preview" formtarget="_blank" formnovalidate>Preview</button>
        <span class="room"></span>
        ${post !== undefined && !isDeleted && html`<a class="danger" href="${base}/delete">Delete…</a>`}
      </div>
    </form>
  </div>`;
}

function aboutPost({ values, problems = {}, timeZone }: EditorOptions): Html {
  const hasProblem = ['status', 'publishedAt', 'path', 'aliases', 'language'].some(
    (name) => problems[name] !== undefined,
  );
  const option = (value: string, label: string): Html =>
    html`<option value="${value}" ${value === values.status && html` selected`}>${label}</option>`;
  const line = (
    name: 'path' | 'tags' | 'authors' | 'language',
    label: string,
    hint: string,
    size = 300,
  ): Html =>
    field({
      name,
      label,
      hint,
      problem: problems[name],
      control: (attributes) =>
        html`<input
          type="text"
          ${attributes}
          value="${values[name]}"
          maxlength="${size * 4}"
          autocomplete="off"
        />`,
    });
  return html`<div class="about">
    ${field({
      name: 'status',
      label: 'Readers',
      problem: problems['status'],
      control: (attributes) =>
        html`<select ${attributes}>
          ${option('draft', 'Draft: nobody sees it')} ${option('published', 'Published: on the blog')}
          ${option('unlisted', 'Unlisted: who has the address')}
        </select>`,
    })}
    ${field({
      name: 'publishedAt',
      label: `Published at (${timeZone})`,
      hint: 'Empty: the moment you publish. In the future: scheduled.',
      problem: problems['publishedAt'],
      control: (attributes) =>
        html`<input type="datetime-local" ${attributes} value="${values.publishedAt}" step="60" />`,
    })}
    ${line('tags', 'Tags', 'With commas between.')}
    <details${(hasProblem || values.aliases !== '' || values.description !== '') && html` open`}>
      <summary>Address, description, language</summary>
      ${line('path', 'Address', 'Empty: made from date and title. When it changes, the old one leads here.')}
      ${field({
        name: 'aliases',
        label: 'Former addresses',
        hint: 'One a line; each leads here.',
        problem: problems['aliases'],
        control: (attributes) => textArea(html`${attributes} rows="2" spellcheck="false"`, values.aliases),
      })}
      ${field({
        name: 'description',
        label: 'Description',
        hint: 'For lists, feeds and previews; empty: the first paragraph.',
        problem: problems['description'],
        control: (attributes) => textArea(html`${attributes} rows="3" maxlength="1000"`, values.description),
      })}
      ${line('authors', 'Authors', 'Empty: the author in the settings.')}
      ${line('language', 'Language', 'A tag like en or pt-BR; empty: the blog’s.', 35)}
    </details>
  </div>`;
}

function seeIt(post: Post, nowMillis: number): Html | undefined {
  const state = stateOf(post, nowMillis);
  return state === 'published' || state === 'unlisted'
    ? html`<a class="see" href="${postUrl(post.path)}">See it</a>`
    : undefined;
}

function deletedNotice(post: Post, csrfToken: string): Html {
  return html`<form class="notice" method="post" action="/admin/posts/${post.id}/restore">
    ${hiddenField('_csrf', csrfToken)}
    <p>
      This post is deleted: its address answers that it is gone. Saving changes the text and leaves it
      deleted.
    </p>
    <button type="submit">Restore it</button>
  </form>`;
}
