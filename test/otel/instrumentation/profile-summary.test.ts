import type { Profiler } from 'node:inspector';
import { describe, expect, it } from '@jest/globals';
import { FrameNames } from '../../../otel/instrumentation/frame-names.ts';
import { profileFile, profileSummary } from '../../../otel/instrumentation/profile-summary.ts';

const NAMES = new FrameNames('/srv/blog', '/srv/blog/otel');

/** Nodes of a tree as `caller > callee`, and one sample a millisecond in the order given; times in microseconds. */
function profileOf(
  samples: readonly string[],
  urls: Readonly<Record<string, string>> = {},
): Profiler.Profile {
  const nodes: (Profiler.ProfileNode & { children: number[] })[] = [];
  const byPath = new Map<string, number>();
  const nodeOf = (path: readonly string[]): number => {
    const key = path.join('>');
    const known = byPath.get(key);
    if (known !== undefined) return known;
    const functionName = path.at(-1) ?? '(root)';
    const id = nodes.length + 1;
    byPath.set(key, id);
    nodes.push({
      id,
      children: [],
      callFrame: {
        functionName,
        scriptId: '1',
        url: urls[functionName] ?? '',
        lineNumber: 9,
        columnNumber: 2,
      },
    });
    if (path.length > 0) nodes[nodeOf(path.slice(0, -1)) - 1]!.children.push(id);
    return id;
  };
  nodeOf([]);
  return {
    nodes,
    samples: samples.map((path) => nodeOf(path.split('>'))),
    timeDeltas: samples.map(() => 1000),
    startTime: 5000,
    endTime: 5000 + 1000 * (samples.length + 1),
  };
}

const URLS = {
  handle: 'file:///srv/blog/src/app.ts',
  render: 'file:///srv/blog/src/render.ts',
  parse: 'file:///srv/blog/node_modules/markdown/index.js',
  count: 'file:///srv/blog/otel/count.ts',
  secret: 'file:///elsewhere/secret/tool.js',
};

describe('profileSummary', () => {
  it('has frames by callers, and functions by what they caused, without idling', () => {
    const { functions, frames, omittedFrames, ...sums } = profileSummary(
      profileOf(
        [
          'handle>render>parse>replace',
          'handle>render>parse',
          '(idle)',
          'handle>render',
          'handle>count',
          '(garbage collector)',
          '(idle)',
          '(idle)',
        ],
        URLS,
      ),
      NAMES,
    );
    expect(sums).toEqual({ samples: 8, durationMillis: 8, idleMillis: 3, busyMillis: 5 });
    expect(omittedFrames).toBe(0);
    expect(
      frames.map(({ depth, name, offsetMillis, totalMillis, selfMillis, samples }) =>
        [' '.repeat(depth) + name, offsetMillis, totalMillis, selfMillis, samples].join(' | '),
      ),
    ).toEqual([
      'handle | 0 | 4 | 0 | 4',
      ' render | 0 | 3 | 1 | 3',
      '  parse | 0 | 2 | 1 | 2',
      '   replace | 0 | 1 | 1 | 1',
      ' count | 3 | 1 | 1 | 1',
      'garbage collection | 4 | 1 | 1 | 1',
    ]);
    const of = (name: string) => functions.find((each) => each.name === name);
    expect(functions[0]).toEqual({
      name: 'render',
      location: 'src/render.ts:10',
      origin: 'app',
      selfMillis: 1,
      causedMillis: 3,
      totalMillis: 3,
    });
    expect(of('parse')).toMatchObject({ origin: 'package', selfMillis: 1, causedMillis: 0, totalMillis: 2 });
    expect(of('handle')).toMatchObject({ selfMillis: 0, causedMillis: 1, totalMillis: 4 });
    expect(of('garbage collection')).toMatchObject({ origin: 'node', causedMillis: 1 });
  });

  it('draws functions of the app without what packages do between them', () => {
    const { frames } = profileSummary(
      profileOf(['emit>handle>parse>emit>render>parse>replace'], URLS),
      NAMES,
    );
    expect(frames.map(({ name }) => name)).toEqual(['handle', 'render', 'parse', 'replace']);
  });

  it('counts a recursive function once per sample', () => {
    const { functions, frames } = profileSummary(
      profileOf(['walk>walk>walk', 'walk>walk'], { walk: URLS.render }),
      NAMES,
    );
    expect(functions).toHaveLength(1);
    expect(functions[0]).toMatchObject({ selfMillis: 2, causedMillis: 2, totalMillis: 2 });
    expect(frames.map(({ depth, totalMillis }) => [depth, totalMillis])).toEqual([
      [0, 2],
      [1, 2],
      [2, 1],
    ]);
  });

  it('weighs a sample by the time to the next one, and no time as negative', () => {
    const profile = profileOf(['handle', 'render', 'handle'], URLS);
    const { functions, durationMillis } = profileSummary(
      { ...profile, timeDeltas: [0, 50_000, -10], endTime: 60_000 },
      NAMES,
    );
    expect(functions.map(({ name, selfMillis }) => [name, selfMillis])).toEqual([
      ['handle', 55.01],
      ['render', 0],
    ]);
    expect(durationMillis).toBeCloseTo(55.01);
  });

  it('is bounded: narrow frames are left out and counted', () => {
    const samples = Array.from({ length: 3000 }, (_, index) => `f${index}`);
    const { frames, omittedFrames, functions } = profileSummary(
      profileOf(['wide', 'wide', ...samples]),
      NAMES,
    );
    expect(frames.length + omittedFrames).toBe(3001);
    expect(frames.length).toBeLessThanOrEqual(1000);
    expect(functions).toHaveLength(30);
    const deep = Array.from({ length: 5000 }, (_, index) => `g${index % 9}`).join('>');
    const { frames: drawn, functions: all } = profileSummary(profileOf([deep]), NAMES);
    expect(drawn.length).toBe(60);
    expect(all.find(({ selfMillis }) => selfMillis > 0)?.name).toBe(`g${4999 % 9}`);
  });

  it('has nothing of an empty profile', () => {
    const empty = profileSummary({ nodes: [], startTime: 0, endTime: 0 }, NAMES);
    expect(empty).toMatchObject({ samples: 0, busyMillis: 0, frames: [], functions: [] });
  });
});

describe('profileFile', () => {
  it('is the profile without paths outside the program’s folder', () => {
    const profile = profileOf(['handle>parse', 'secret', 'node'], { ...URLS, node: 'node:fs' });
    const text = profileFile(profile, NAMES);
    const file: Profiler.Profile = JSON.parse(text);
    expect(file.nodes.map(({ callFrame }) => callFrame.url).toSorted()).toEqual([
      '',
      'node:fs',
      'node_modules/markdown/index.js',
      'src/app.ts',
      'tool.js',
    ]);
    expect({ ...file, nodes: [] }).toEqual({ ...profile, nodes: [] });
    expect(text).not.toMatch(/srv|home/);
  });
});
