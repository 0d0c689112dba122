import { describe, expect, it } from '@jest/globals';
import { embedOf, embedOfScript } from '../../../../src/posts/markdown/embeds.ts';

describe('embedOf', () => {
  it.each([
    [
      'https://www.youtube-nocookie.com/embed/a_b-c?start=90&rel=0',
      'https://www.youtube.com/watch?v=a_b-c&t=90s',
    ],
    ['//www.youtube.com/embed/videoseries?list=PL1', 'https://www.youtube.com/playlist?list=PL1'],
    ['https://player.vimeo.com/video/123?h=x', 'https://vimeo.com/123'],
    ['https://codepen.io/ada/embed/xyz?theme=dark', 'https://codepen.io/ada/pen/xyz'],
    ['https://open.spotify.com/embed/episode/1', 'https://open.spotify.com/episode/1'],
    ['https://www.example.org/map?q=1', 'https://www.example.org/map?q=1'],
    ['https://youtube.com.evil.example/embed/a', 'https://youtube.com.evil.example/embed/a'],
  ])('leads from %s to the page for people', (address, href) => {
    expect(embedOf(address)?.href).toBe(href);
  });

  it.each([
    ['https://www.youtube.com/embed/a', 'YouTube video player', 'Video on YouTube'],
    ['https://www.youtube.com/embed/a', ' A\n talk ', 'A talk (YouTube)'],
    ['https://www.example.org/', '', 'Embedded page on example.org'],
    ['https://example.org/', 'A map', 'A map (example.org)'],
  ])('names what is at %s, titled %j', (address, title, text) => {
    expect(embedOf(address, title)?.text).toBe(text);
  });

  it.each(['', '/local', 'javascript:x()', 'data:text/html,x', 'https://', 'about:blank'])(
    'is nothing for %j',
    (address) => {
      expect(embedOf(address)).toBeUndefined();
    },
  );
});

describe('embedOfScript', () => {
  it('knows gists alone', () => {
    expect(embedOfScript('https://gist.github.com/ada/0f.js?file=a.js')?.href).toBe(
      'https://gist.github.com/ada/0f',
    );
    expect(embedOfScript('https://gist.github.com.evil.example/ada/0f.js')).toBeUndefined();
    expect(embedOfScript('https://platform.example/widgets.js')).toBeUndefined();
  });
});
