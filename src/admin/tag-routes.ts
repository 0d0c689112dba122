import type { Router } from '@koa/router';
import type { Context, Middleware } from 'koa';
import type { Logger } from 'pino';
import type { AdminSender } from '../accounts/admin-sender.ts';
import { csrfTokenOf } from '../accounts/load-session.ts';
import type { FormProtection } from '../accounts/protect-forms.ts';
import { noticeIn, queryText } from '../accounts/route-answers.ts';
import type { WhenUnlocked } from '../db/when-unlocked.ts';
import { formFields } from '../http/form-body.ts';
import { seeOther } from '../http/see-other.ts';
import { tagText } from '../posts/post-fields.ts';
import { tagKey } from '../posts/post-listings.ts';
import { rewriteTags, type TagNames } from '../posts/tag-names.ts';
import { TAGS_PATH } from '../process/own-addresses.ts';
import { tagsPage, type TagsPageOptions } from './tags-page.ts';

export interface TagRouteDependencies {
  readonly tagNames: TagNames;
  readonly forms: FormProtection;
  readonly owner: Middleware;
  readonly send: AdminSender;
  readonly whenUnlocked: WhenUnlocked;
  readonly log: Logger;
}

const NOTICES: Readonly<Record<string, string>> = {
  renamed: 'Renamed in all posts. The former address redirects.',
  forgotten: 'The former name redirects no longer.',
};
const MAX_CHARACTERS = 300;

/** Lists tags, renames and merges them in all posts. */
export function addTagRoutes(router: Router, deps: TagRouteDependencies): void {
  const { tagNames, forms, owner, send, whenUnlocked, log } = deps;

  router.get(TAGS_PATH, owner, (ctx) => {
    show(ctx, { values: { from: queryText(ctx, 'from').slice(0, MAX_CHARACTERS), to: '' } });
  });

  router.post(TAGS_PATH, forms.owner, async (ctx) => {
    const { from = '', to = '', merge } = formFields(ctx);
    const uses = tagNames.uses();
    const useOf = (tag: string) => uses.find((use) => tagKey(use.tag) === tagKey(tag));
    const problems = {
      ...(useOf(from) === undefined && {
        from: `No post has the tag ${JSON.stringify(from)}; choose one of the list.`,
      }),
      ...(tagText(to) === '' && { to: 'Type the new name.' }),
    };
    const values = { from, to };
    if (Object.keys(problems).length > 0) return show(ctx, { values, problems }, 422);
    const other = tagKey(from) === tagKey(to) ? undefined : useOf(tagText(to));
    // Two tags that became one cannot be told apart again.
    if (other !== undefined && merge !== 'yes') return show(ctx, { values, merges: other }, 409);
    await whenUnlocked(() => tagNames.rename(from, to));
    await rewriteTags(tagNames, whenUnlocked);
    log.info({ event: 'tag.renamed' }, 'the owner renamed a tag');
    seeOther(ctx, `${TAGS_PATH}?done=renamed`);
  });

  router.post(`${TAGS_PATH}/forget`, forms.owner, async (ctx) => {
    const { key = '' } = formFields(ctx);
    await whenUnlocked(() => tagNames.forget(key));
    seeOther(ctx, `${TAGS_PATH}?done=forgotten`);
  });

  function show(
    ctx: Context,
    shown: Pick<TagsPageOptions, 'values' | 'merges'> & Partial<Pick<TagsPageOptions, 'problems'>>,
    status = 200,
  ): void {
    const body = tagsPage({
      problems: {},
      ...shown,
      uses: tagNames.uses(),
      renamed: tagNames.renamed(),
      notice: noticeIn(ctx, NOTICES),
      csrfToken: csrfTokenOf(ctx)!,
    });
    send(ctx, { title: 'Tags', status, current: 'tags', body });
  }
}
