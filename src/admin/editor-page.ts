import {
  errorSummary,
  field,
  hiddenField,
  textArea,
  textField,
  type FieldProblems,
} from '../accounts/form-parts.ts';
import type { Post } from '../posts/post.ts';
import { postUrl } from '../posts/post-path.ts';
import { html, type Html } from '../markup/html.ts';
import { titleHtml } from '../markup/title.ts';
import type { ContinuedText, UnsavedText } from '../posts/unsaved-texts.ts';
import { wordCountText } from './browser/word-count.ts';
import { markdownHelp } from './markdown-help.ts';
import { MEDIA_PATH, PICTURE_TYPES } from './media-parts.ts';
import type { PostFormValues } from './post-form.ts';
import { stateChip, stateOf, wasPublic } from './post-state.ts';
import { AUTOSAVE_PATH, continueAddress, continuedText } from './unsaved-routes.ts';
import { toLocalText } from '../markup/zoned-time.ts';
import { picturesWithoutAlt, withoutAltText } from './without-alt.ts';

export interface EditorOptions {
  /** Undefined for a post that is not saved yet. */
  readonly post: Post | undefined;
  /** The version the form was loaded from. */
  readonly version: number | undefined;
  readonly values: PostFormValues;
  readonly problems?: FieldProblems;
  /** The Publish button was used, and the form is shown again. */
  readonly isPublishRefused?: boolean;
  readonly notice?: string | undefined;
  /** Beside the notice: which links of the post lead nowhere. */
  readonly deadLinks?: Html | undefined;
  /** Identifies this page of the editor. */
  readonly draft: string;
  /** Texts that this page goes on with. */
  readonly continued: readonly ContinuedText[];
  /** Other texts of this post that were typed and not saved. */
  readonly unsaved: readonly UnsavedText[];
  /** Of other posts, offered while the owner types. */
  readonly tags: readonly string[];
  readonly csrfToken: string;
  readonly timeZone: string;
  /** The blog's. */
  readonly language: string;
  readonly nowMillis: number;
}

/** The editor: text on the left, its fields beside it, one bar to save. Works without scripts. */
export function editorPage(options: EditorOptions): Html {
  const { post, version, values, problems = {}, notice, draft, csrfToken } = options;
  const base = post === undefined ? '/admin/posts' : `/admin/posts/${post.id}`;
  const isDeleted = typeof post?.deletedAtMillis === 'number';
  return html`<div class="editor">
    <header class="page-bar">
      <h1>${post === undefined ? 'New post' : titleHtml(post.title)}</h1>
      ${post !== undefined && stateChip(stateOf(post, options.nowMillis))}
      ${post !== undefined && seeIt(post, options.nowMillis)}
    </header>
    ${notice !== undefined && html`<p class="notice" role="status">${notice}${altHint(post)}${options.deadLinks}</p>`}
    ${errorSummary(problems)} ${options.isPublishRefused === true && publishRefused(options)}
    ${isDeleted && deletedNotice(post, csrfToken)}
    ${options.unsaved.map((text) => unsavedNotice(text, options))}
    <form
      method="post"
      action="${base}"
      class="editor-form"
      data-autosave="${AUTOSAVE_PATH}"
      data-post="${post?.id ?? ''}"
      data-pictures="${MEDIA_PATH}"
      data-time-zone="${options.timeZone}"
    >
      ${hiddenField('_csrf', csrfToken)} ${hiddenField('draft', draft)}
      ${hiddenField('continued', continuedText(options.continued))}
      ${version !== undefined && hiddenField('version', String(version))}
      <div class="writing">
        ${field({
          name: 'title',
          label: 'Title',
          problem: problems['title'],
          control: (attributes) =>
            html`<input
              type="text"
              class="title"
              dir="auto"
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
              html`class="prose" dir="auto" ${attributes} rows="24" spellcheck="true"
              lang="${langOf(values.language.trim() || options.language)}"`,
              values.markdown,
            ),
        })}
        ${pictureChoice(values.markdown)} ${markdownHelp()}
      </div>
      ${aboutPost(options)}
      <div class="save-bar">
        <button type="submit" class="primary">Save</button>
        ${values.status === 'draft' && html`<button type="submit" name="publish" value="1">Publish</button>`}
        <button type="submit" formaction="${base}/preview" formtarget="_blank" formnovalidate>Preview</button>
        <span class="room" role="status" data-autosave-status></span>
        ${post !== undefined && !isDeleted && html`<a class="danger" href="${base}/delete">Delete…</a>`}
      </div>
    </form>
  </div>`;
}

/** What was chosen, as the form shows the visibility from before. */
function publishRefused({ values }: EditorOptions): Html {
  return html`<p class="notice">
    You chose Publish, and nothing was
    saved.${values.status === 'draft' && ' The post is a draft: Save keeps it one, Publish publishes it.'}
  </p>`;
}

/** Empty for a language that is refused. */
function langOf(language: string): string {
  try {
    return Intl.getCanonicalLocales(language)[0] ?? '';
  } catch {
    return '';
  }
}

/** After a save: what those who do not see the pictures would miss. */
function altHint(post: Post | undefined): string | undefined {
  const count = post === undefined ? 0 : picturesWithoutAlt(post.html);
  return count === 0 ? undefined : ` ${withoutAltText(count)}`;
}

/** The script shows the button; without it, pictures are uploaded on the page of media. */
function pictureChoice(markdown: string): Html {
  return html`<div class="hint pictures">
    <span data-picture-choice data-accept="${PICTURE_TYPES}" hidden>
      <button type="button">Insert a picture…</button>
      <button type="button">Choose an uploaded one…</button> or paste or drop it into the text.
    </span>
    <a href="${MEDIA_PATH}" target="_blank" rel="noopener">All pictures</a>
    <span data-words>${wordCountText(markdown)}</span>
    <span role="status" data-picture-status></span>
  </div>`;
}

function aboutPost({ post, values, problems = {}, timeZone, tags }: EditorOptions): Html {
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
    textField({
      name,
      label,
      hint,
      value: values[name],
      problem: problems[name],
      maxLength: size * 4,
      isExact: true,
      list: name === 'tags' ? 'known-tags' : undefined,
    });
  return html`<div class="about">
    ${field({
      name: 'status',
      label: 'Visibility',
      problem: problems['status'],
      control: (attributes) =>
        html`<select ${attributes}>
          ${option('draft', 'Draft: nobody sees it')} ${option('published', 'Published: on the blog')}
          ${option('unlisted', 'Unlisted: by its address')}
        </select>`,
    })}
    ${field({
      name: 'publishedAt',
      label: `Published at (${timeZone})`,
      hint: 'Empty: now, when you publish. A future time schedules the post.',
      problem: problems['publishedAt'],
      control: (attributes) =>
        html`<input type="datetime-local" ${attributes} value="${values.publishedAt}" step="60" />`,
    })}
    ${line('tags', 'Tags', 'Separated by commas.')}
    <datalist id="known-tags">
      ${tags.map((tag) => html`<option value="${tag}"></option>`)}
    </datalist>
    <details${(hasProblem || values.description !== '') && html` open`}>
      <summary>Address, description, language</summary>
      ${line('path', 'Address', post?.status === 'published' || post?.status === 'unlisted' ? 'When you change it, the old address redirects here.' : 'Empty: derived from date and title, and made when you publish.')}
      ${field({
        name: 'aliases',
        label: 'Former addresses',
        hint: 'One per line; each redirects here. ?p=6 is one of WordPress.',
        problem: problems['aliases'],
        control: (attributes) => textArea(html`${attributes} rows="2" spellcheck="false"`, values.aliases),
      })}
      ${field({
        name: 'description',
        label: 'Description',
        hint: 'For lists, feeds and previews. Empty: the first paragraph.',
        problem: problems['description'],
        control: (attributes) =>
          textArea(html`${attributes} dir="auto" rows="3" maxlength="1000"`, values.description),
      })}
      ${line('authors', 'Authors', 'Empty: the author from the settings.')}
      ${line('language', 'Language', 'A tag like en or pt-BR. Empty: the blog’s language.', 35)}
    </details>
  </div>`;
}

/** The post, or, while readers cannot see it, who may. */
function seeIt(post: Post, nowMillis: number): Html | undefined {
  const state = stateOf(post, nowMillis);
  if (state === 'deleted') return undefined;
  return state === 'published' || state === 'unlisted'
    ? html`<a class="see" href="${postUrl(post.path)}">View post</a>`
    : html`<a class="see" href="/admin/posts/${post.id}/links">Secret links</a>`;
}

/** Typed elsewhere, or before a crash. */
function unsavedNotice(text: UnsavedText, options: EditorOptions): Html {
  const { draft, fields, typedAtMillis } = text;
  const { post, csrfToken, timeZone } = options;
  const title = fields['title'] ?? '';
  return html`<form
    class="notice"
    method="post"
    action="${AUTOSAVE_PATH}/discard"
    data-typed-at="${typedAtMillis}"
  >
    ${hiddenField('_csrf', csrfToken)} ${hiddenField('draft', draft)}
    ${post !== undefined && hiddenField('post', String(post.id))}
    <p>
      A text of ${toLocalText(typedAtMillis, timeZone)} (${timeZone}) was typed here and not
      saved${title !== '' && html`: <bdi>“${title}”</bdi>`}, ${wordCountText(fields['markdown'] ?? '')}.
    </p>
    <a class="button" href="${continueAddress(text)}">Continue it</a>
    <button type="submit">Discard it</button>
  </form>`;
}

function deletedNotice(post: Post, csrfToken: string): Html {
  return html`<form class="notice" method="post" action="/admin/posts/${post.id}/restore">
    ${hiddenField('_csrf', csrfToken)}
    <p>
      This post is deleted${wasPublic(post) && ', and its address answers 410 Gone'}. Saving changes the text;
      the post stays deleted.
    </p>
    <button type="submit">Restore</button>
  </form>`;
}
