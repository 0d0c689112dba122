import { describe, expect, it } from '@jest/globals';
import { adminPage } from '../../../src/accounts/admin-layout.ts';
import { html } from '../../../src/markup/html.ts';

const page = (more: Partial<Parameters<typeof adminPage>[0]> = {}): string =>
  adminPage({
    title: 'Posts',
    current: 'posts',
    body: html`<h1>Posts</h1>`,
    site: { title: 'A <b>log' },
    assets: { url: (name) => `/assets/${name}` },
    ...more,
  }).text;

describe('adminPage', () => {
  it('marks the current entry in both menus and no other', () => {
    const lit = [...page().matchAll(/href="([^"]+)"\s+aria-current="page"/g)].map((match) => match[1]);
    expect(lit).toEqual(['/admin/posts', '/admin/posts']);
    expect(page({ current: 'nothing' })).not.toContain('aria-current');
  });

  it('shows figures and the cost where they are given', () => {
    const text = page({ figures: { traces: '49' }, cost: 'nothing to speak of' });
    expect(text.match(/class="figure">49</g)).toHaveLength(2);
    expect(text).toContain('nothing to speak of');
    expect(page()).not.toContain('class="figure"');
  });

  it('keeps the range in links of the observatory only', () => {
    const text = page({ menuQuery: '?from=-6h' });
    expect(text).toContain('href="/admin/metrics-dashboard/traces?from=-6h"');
    expect(text).toContain('href="/admin/posts"');
  });

  it('has no menu without a session', () => {
    const text = page({ bare: true });
    expect(text).not.toContain('<nav');
    expect(text).toContain('class="brand"');
  });

  it('offers to sign out when it has a token', () => {
    expect(page()).not.toContain('/admin/sign-out');
    expect(page({ csrfToken: 'a"b' })).toContain('value="a&quot;b"');
  });

  it('escapes names', () => {
    expect(page({ site: { title: 'A <b>log' } })).not.toContain('A <b>log');
  });
});
