import { describe, expect, it } from '@jest/globals';
import { Markers } from '../../../otel/store/markers.ts';

describe('Markers', () => {
  it('are returned oldest first, in whatever order they were added', () => {
    const markers = new Markers();
    markers.add({ atMillis: 2, kind: 'clock', label: 'clock stepped' });
    markers.add({ atMillis: 1, kind: 'start', label: 'start' });
    expect(markers.all().map(({ label }) => label)).toEqual(['start', 'clock stepped']);
  });

  it('are bounded in count and length; the oldest are removed first', () => {
    const markers = new Markers(3);
    for (let i = 0; i < 10; i++) markers.add({ atMillis: i, kind: 'start', label: 'x'.repeat(1000) });
    expect(markers.all().map(({ atMillis }) => atMillis)).toEqual([7, 8, 9]);
    expect(markers.all()[0]!.label).toHaveLength(300);
  });

  it('keep the newest 200 events, so that events remove nothing else', () => {
    const markers = new Markers();
    markers.add({ atMillis: 0, kind: 'settings', label: 'rate' });
    for (let i = 1; i <= 1000; i++) markers.mark(`release ${i}`, i);
    const all = markers.all();
    expect(all).toHaveLength(201);
    expect([all[0], all[1], all.at(-1)]).toMatchObject([
      { kind: 'settings' },
      { kind: 'event', label: 'release 801' },
      { kind: 'event', label: 'release 1000' },
    ]);
  });

  it('keep the newest 200 of shedding', () => {
    const markers = new Markers();
    markers.add({ atMillis: 0, kind: 'settings', label: 'rate' });
    for (let i = 1; i <= 1000; i++) markers.add({ atMillis: i, kind: 'shedding', label: 'shed' });
    expect(markers.all()).toHaveLength(201);
    expect(markers.all()[0]!.kind).toBe('settings');
  });

  it('are one line of visible characters', () => {
    const markers = new Markers();
    markers.mark('  a\u202eb\n\tc  ', 1);
    expect(markers.all()[0]!.label).toBe('a b c');
  });
});
