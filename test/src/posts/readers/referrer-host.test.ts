import { describe, expect, it } from '@jest/globals';
import { referrerHost } from '../../../../src/posts/readers/referrer-host.ts';

describe('referrerHost', () => {
  it.each([
    ['https://www.example.org/a?b#c', 'example.org'],
    ['https://News.Example:8443/', 'news.example'],
    ['android-app://com.google.android.gm/', 'com.google.android.gm'],
    // Of one's own.
    ['https://blog.example/post', undefined],
    ['', undefined],
    ['about:blank', undefined],
    ['no address', undefined],
    [`https://${'a'.repeat(300)}.example/`, undefined],
    // The visitor's own machine.
    ['http://192.0.2.7:8080/reader', 'a numeric address'],
    ['http://[2001:db8::1]/', 'a numeric address'],
  ])('finds the host of %s', (referrer, host) => {
    expect(referrerHost(referrer, () => ['blog.example'])).toBe(host);
  });
});
