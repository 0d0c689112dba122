import { beforeAll, describe, expect, it } from '@jest/globals';
import { RandomSource } from '../../../src/demo/random-source.ts';
import { accentCss, accentUrl, contrast } from '../../../src/site/accent.ts';
import { plainPicture } from '../../fixtures/pictures.ts';
import { ReaderServer } from '../reader-server.ts';

const metasOf = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...text.matchAll(/<meta (?:property|name)="((?:og:image|twitter)[^"]*)" content="([^"]*)"/g)].map(
      ([, name, content]) => [name, content],
    ),
  );

describe('the colour of a blog', () => {
  it('can be read in both themes, whichever it is', () => {
    const random = new RandomSource(45);
    const digits = (): string => random.between(0, 0xff_ff_ff).toString(16).padStart(6, '0');
    const colours = ['ffffff', '000000', '1f7a4d', 'ffff00', ...Array.from({ length: 300 }, digits)];
    const low = colours.flatMap((colour) => {
      const [light = '', dark = ''] = (accentCss(`accent.${colour}.css`) ?? '').split('@media');
      const leaf = (css: string): string => /--leaf:(#[0-9a-f]{6})/.exec(css)?.[1] ?? '';
      const lowest = Math.min(
        ...['#fbfcfa', '#ffffff', '#f1f5f0'].map((ground) => contrast(leaf(light), ground)),
        ...['#0f1512', '#151d19', '#161e1a'].map((ground) => contrast(leaf(dark), ground)),
      );
      return lowest >= 4.5 ? [] : [`${colour}: ${lowest}`];
    });
    expect(low).toEqual([]);
  });

  it('stays as it is where it can be read', () => {
    expect(accentCss('accent.1f7a4d.css')).toContain(':root{--leaf:#1f7a4d;');
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5);
  });

  it.each(['accent.css', 'accent.red.css', 'accent.1F7A4D.css', 'accent.1f7a4d.css.css'])(
    'has no stylesheet of another name: %s',
    (name) => expect(accentCss(name)).toBeUndefined(),
  );
});

describe('pages of a blog with its own look', () => {
  let server: ReaderServer;
  beforeAll(async () => {
    server = await new ReaderServer({ publicUrl: 'https://blog.example' }).start();
    server.media.put('pictures/head-0123456789.png', await plainPicture('png', { width: 1200, height: 400 }));
    server.media.put('pictures/card-0123456789.png', await plainPicture('png', { width: 1200, height: 630 }));
    server.media.put('b/photo.png', await plainPicture('png', { width: 900, height: 600 }));
    server.media.put('b/sign.png', await plainPicture('png', { width: 32, height: 32 }));
    for (let i = 0; i < 12; i++) server.publish({ title: `Post ${i}`, path: `post-${i}` });
    server.publish({
      title: 'B',
      path: 'b',
      markdown:
        '![A sign](sign.png) ![Missing](none.png) ![Rain & "glass"](photo.png) ![](https://a.example/c.png)',
    });
  });
  const save = (values: object): void => server.site.save({ ...server.site.values, ...values });

  it('say nothing of pictures and colours by themselves', async () => {
    const { text } = await server.ask('/');
    expect(text).not.toMatch(/og:image|twitter:card|head-picture|accent\./);
  });

  it('load the colour, from an address that never changes', async () => {
    save({ accent: '#7a1f4d' });
    for (const path of ['/', '/b', '/search', '/nope'])
      expect((await server.ask(path, { accept: 'text/html' })).text).toContain(
        `<link rel="stylesheet" href="${accentUrl('#7a1f4d')}" />`,
      );
    const { headers, text } = await server.ask(accentUrl('#7a1f4d'));
    expect(headers['content-type']).toBe('text/css; charset=utf-8');
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(text).toContain('--leaf:#7a1f4d');
    expect((await server.ask('/assets/accent.red.css')).status).toBe(404);
  });

  it('show the picture above the newest posts, where strangers may open it', async () => {
    const picture = '/media/pictures/head-0123456789.png';
    expect((await server.ask(picture)).status).toBe(404);
    save({ headPicture: picture });
    const { text } = await server.ask('/');
    expect(text).toMatch(/<img\s+class="head-picture"\s+src="\/media\/pictures\/head-0123456789\.png"/);
    expect(text).toMatch(/width="1200"\s+height="400"\s+alt=""/);
    expect((await server.ask(picture)).status).toBe(200);
    const [, older = ''] = /<a[^>]* href="([^"]*before=[^"]*)"/.exec(text) ?? [];
    expect((await server.ask(older)).text).not.toContain('head-picture');
    expect((await server.ask('/b')).text).not.toContain('head-picture');
  });

  it('are previewed by the first picture of the text that is no sign, else by that of the blog', async () => {
    const whole = 'https://blog.example/media';
    expect(metasOf((await server.ask('/b')).text)).toEqual({
      'og:image': `${whole}/b/photo.png`,
      'og:image:width': '900',
      'og:image:height': '600',
      'og:image:alt': 'Rain &amp; “glass”',
      'twitter:card': 'summary_large_image',
    });
    expect(metasOf((await server.ask('/post-1')).text)['og:image']).toBe(
      `${whole}/pictures/head-0123456789.png`,
    );
    save({ cardPicture: '/media/pictures/card-0123456789.png' });
    for (const path of ['/', '/post-1', '/archive'])
      expect(metasOf((await server.ask(path)).text)['og:image']).toBe(
        `${whole}/pictures/card-0123456789.png`,
      );
    expect((await server.ask('/media/pictures/card-0123456789.png')).status).toBe(200);
    // A removed file.
    save({ headPicture: '/media/gone.png' });
    expect((await server.ask('/')).text).not.toContain('head-picture');
  });
});
