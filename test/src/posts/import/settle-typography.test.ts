import { beforeEach, describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SettingStore } from '../../../../src/db/setting-store.ts';
import { StoredSiteSettings } from '../../../../src/db/site-settings.ts';
import { importPosts } from '../../../../src/posts/import/import-posts.ts';
import { summaryLines } from '../../../../src/posts/import/import-summary.ts';
import { seedWelcomePosts } from '../../../../src/posts/welcome-posts.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';
import { draft, temporaryBlog, type TemporaryBlog } from '../../temporary-blog.ts';

let blog: TemporaryBlog;
let settings: StoredSiteSettings;
let tree: string;
beforeEach(() => {
  blog = temporaryBlog();
  settings = new StoredSiteSettings(new SettingStore(blog.database));
  tree = temporaryFolder();
  writeFileSync(join(tree, 'a.md'), '---\ntitle: A\npath: a\ndate: 2026-01-01\n---\n"So" it was.\n');
});

const html = (): string => blog.posts.byPath('a')!.html.replaceAll('&quot;', '"');
const told = (): string => summaryLines(importPosts(tree, blog), { all: true, seconds: 0 }).join('\n');

describe('quotes and dashes of an import', () => {
  it('are as typed in an empty blog, and so are those of later posts', () => {
    expect(settings.typographer).toBe('on');
    expect(told()).toContain('Quotes and dashes are shown as the files have them');
    expect(html()).toContain('"So"');
    expect(settings.values.typographer).toBe('off');
    expect(told()).not.toContain('Quotes');
  });

  it('are as typed in a new blog, which has its first posts', () => {
    seedWelcomePosts({ ...blog, now: () => blog.clock.now });
    expect(told()).toContain('Quotes and dashes are shown as the files have them');
    expect(html()).toContain('"So"');
    expect(blog.posts.byPath('about')).toBeDefined();
  });

  it('are as the settings say where there are posts already', () => {
    blog.posts.create(draft());
    expect(told()).toContain('shown as typographic ones');
    expect(html()).toContain('“So”');
    expect(settings.typographer).toBe('on');
  });

  it('are as the owner has chosen, in an empty blog, too', () => {
    for (const typographer of ['off', 'on']) settings.save({ ...settings.values, typographer });
    expect(told()).toContain('shown as typographic ones');
    expect(html()).toContain('“So”');
  });
});
