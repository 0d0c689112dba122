import { join } from 'node:path';
import type { Router } from '@koa/router';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { activeTelemetry } from '../../../otel/telemetry.ts';
import { createAccounts } from '../../../src/accounts/accounts.ts';
import { closeDatabase, openDatabase } from '../../../src/db/open-database.ts';
import { LiveStreams } from '../../../src/observatory/live/live-streams.ts';
import { pathKey } from '../../../src/process/address.ts';
import { readBlogConfig } from '../../../src/process/config.ts';
import { isOwnAddress, OBSERVATORY_PATH, routedSegments } from '../../../src/process/own-addresses.ts';
import { createApp } from '../../../src/start/app.ts';
import { afterTests } from '../../fixtures/after-tests.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

const folder = temporaryFolder();
const database = openDatabase(join(folder, 'blog.db'));
afterTests(() => closeDatabase(database));
/** Of every router that the app mounts. */
let addresses: readonly string[] = [];
/** Of those that are mounted below segments: the segments, with the address. */
let mounted: readonly { readonly segments: readonly string[]; readonly address: string }[] = [];

function addressesIn({ stack }: Router): readonly string[] {
  return stack
    .filter(({ methods }) => methods.length > 0)
    .map(({ path }) => (typeof path === 'string' ? path : OBSERVATORY_PATH));
}

beforeAll(() => {
  const { query, control, render } = activeTelemetry();
  const app = createApp({
    config: readBlogConfig({ env: { DATA_DIR: folder } }),
    database,
    accounts: createAccounts({ database, now: Date.now }),
    telemetry: query,
    control,
    render,
    live: new LiveStreams(query),
    log: pino({ level: 'silent' }),
    renderStale: () => {},
    now: Date.now,
  });
  const routers = app.middleware.flatMap((middleware) =>
    'router' in middleware ? [middleware.router as Router] : [],
  );
  addresses = routers.flatMap(addressesIn);
  mounted = app.middleware.flatMap((middleware) =>
    'segments' in middleware && 'router' in middleware
      ? addressesIn(middleware.router as Router).map((address) => ({
          segments: middleware.segments as readonly string[],
          address,
        }))
      : [],
  );
});

describe('reserved addresses', () => {
  it('are those of every route but the posts’ own', () => {
    const free = addresses
      // A parameter stands for a name, a wildcard for a rest.
      .map((address) => ({ address, path: address.replaceAll(/[:*]\w*/g, 'x').slice(1) }))
      .filter(({ path }) => path !== '' && !isOwnAddress(pathKey(path)));
    expect(addresses.length).toBeGreaterThan(40);
    expect(free.map(({ address }) => address)).toEqual(['/*path']);
  });

  it('begin with what they are mounted below', () => {
    const lost = mounted.filter(({ segments, address }) => !segments.includes(address.split('/')[1] ?? ''));
    expect(mounted.length).toBeGreaterThan(30);
    expect(lost).toEqual([]);
  });

  it('begin with nothing that has no route', () => {
    const routed = new Set(addresses.map((address) => address.split('/')[1]));
    expect(routedSegments().filter((segment) => !routed.has(segment))).toEqual([]);
  });
});
