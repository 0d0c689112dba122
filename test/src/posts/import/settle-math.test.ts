import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { SettingStore } from '../../../../src/db/setting-store.ts';
import { StoredSiteSettings } from '../../../../src/db/site-settings.ts';
import { importPosts } from '../../../../src/posts/import/import-posts.ts';
import { summaryLines } from '../../../../src/posts/import/import-summary.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';
import { draft, temporaryBlog, type TemporaryBlog } from '../../temporary-blog.ts';

let blog: TemporaryBlog;
let settings: StoredSiteSettings;
let tree: string;
beforeEach(() => {
  blog = temporaryBlog();
  settings = new StoredSiteSettings(new SettingStore(blog.database));
  tree = temporaryFolder();
});

const write = (matter: string): void =>
  writeFileSync(join(tree, 'a.md'), `---\ntitle: A\npath: a\ndate: 2026-01-01\n${matter}\n---\nSo $x^2$.\n`);
const html = (): string => blog.posts.byPath('a')!.html;
const told = (): string => summaryLines(importPosts(tree, blog), { all: true, seconds: 0 }).join('\n');

describe('formulas of an import', () => {
  it.each([
    'math: true',
    'params: { math: true }',
    'extra: { katex: true }',
    'usemathjax: true',
    'math: KaTeX',
  ])('are shown in a new blog if a post says %j', (matter) => {
    write(matter);
    const lines = told();
    expect(lines).toContain('Formulas in TeX are shown as formulas');
    expect(lines).not.toContain('Front matter not used');
    expect([settings.math, html()]).toEqual(['on', expect.stringContaining('<msup>')]);
  });

  it.each(['tags: [math]', 'math: false'])('are as typed if posts say %j', (matter) => {
    write(matter);
    expect(told()).not.toContain('Formulas');
    expect([settings.math, html()]).toEqual(['off', '<p>So $x^2$.</p>\n']);
  });

  it('are as the settings say where there are posts already, whose dollars may be prices', () => {
    blog.posts.create(draft());
    write('math: true');
    expect(told()).toContain('the settings can show formulas');
    expect([settings.math, html()]).toEqual(['off', '<p>So $x^2$.</p>\n']);
  });

  it('are as the owner has chosen, in an empty blog, too', () => {
    for (const math of ['on', 'off']) settings.save({ ...settings.values, math });
    write('math: true');
    expect(told()).toContain('the settings can show formulas');
    expect(html()).not.toContain('<math');
  });
});
