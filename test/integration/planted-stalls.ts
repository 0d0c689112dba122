/**
 * Loaded with `--import` before the blog: adds routes that block the event loop, each in its own way, in front of the blog's own. `?millis=`
 * says for how long.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { setTimeout as afterMillis } from 'node:timers/promises';
import Database from 'better-sqlite3';
import Koa from 'koa';
import { activeTelemetry } from '../../otel/telemetry.ts';
import { nameRequestRoute } from '../../otel/instrumentation/request-route.ts';

const WAYS: Readonly<Record<string, (millis: number) => unknown>> = {
  render: (millis) => activeTelemetry().render('planted', () => spin(millis)),
  parse: (millis) => parseHuge(millis),
  statement: (millis) => countSlowly(millis),
  first: (millis) => spinFirst(millis),
  second: (millis) => spinSecond(millis),
  rank: (millis) => rankListens(millis),
  left: (millis) => turnLeft(millis),
  right: (millis) => turnRight(millis),
};

function spin(millis: number): string {
  const until = performance.now() + millis;
  let turns = 0;
  while (performance.now() < until) turns++;
  return `<p>${turns}</p>`;
}

/** Says by a file that it has begun, and goes on until there is another. */
function spinUntil(millis: number, file: string): void {
  const until = performance.now() + millis;
  writeFileSync(`${file}.begun`, '');
  while (performance.now() < until || !existsSync(file));
}

/** Requests that wait for one to `/planted/release`. */
const held: (() => void)[] = [];

/** Two requests that run in one turn of the loop, one after the other. */
const pair: (() => void)[] = [];
const inOneTurn = (): Promise<void> =>
  new Promise((resolve) => {
    pair.push(resolve);
    if (pair.length === 2) for (const each of pair.splice(0)) setImmediate(each);
  });

const PAIRS: ReadonlySet<string> = new Set(['first', 'second', 'left', 'right']);

const spinFirst = (millis: number): string => spin(millis);
const spinSecond = (millis: number): string => spin(millis);

/** Each computes by itself, so that samples name it. */
function rankListens(millis: number): number {
  const until = performance.now() + millis;
  let turns = 0;
  while (performance.now() < until) turns++;
  return turns;
}
function turnLeft(millis: number): number {
  const until = performance.now() + millis;
  let turns = 0;
  while (performance.now() < until) turns++;
  return turns;
}
function turnRight(millis: number): number {
  const until = performance.now() + millis;
  let turns = 0;
  while (performance.now() < until) turns++;
  return turns;
}

const SHORT_ROWS = 20_000;

/** Milliseconds: other programs make it longer, nothing makes it shorter. */
function fastest(work: () => unknown): number {
  let shortest = Infinity;
  for (let time = 0; time < 4; time++) {
    const before = performance.now();
    work();
    shortest = Math.min(shortest, performance.now() - before);
  }
  return shortest;
}

/** Long enough texts are made beforehand, so that only parsing takes time; half as long again, as the next time it may be faster. */
let huge = '';
function prepareHuge(millis: number): void {
  const textOf = (rows: number): string =>
    JSON.stringify(
      Array.from({ length: rows }, (_, index) => ({ index, words: `row ${index}`, list: [index] })),
    );
  const short = textOf(SHORT_ROWS);
  huge = textOf(Math.ceil((SHORT_ROWS * 1.5 * millis) / fastest(() => JSON.parse(short))));
}

/** Once is long enough, unless the machine has become faster. */
function parseHuge(millis: number): unknown {
  const until = performance.now() + millis;
  let parsed: unknown;
  do parsed = JSON.parse(huge);
  while (performance.now() < until);
  return parsed;
}

let database: Database.Database | undefined;
let statement: Database.Statement<[number]> | undefined;
let rowsPerMilli = 0;
function prepareStatement(): void {
  database ??= new Database(':memory:');
  statement ??= database.prepare(
    'WITH RECURSIVE planted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM planted WHERE n < ?) SELECT count(*) FROM planted',
  );
  rowsPerMilli = 200_000 / fastest(() => statement!.get(200_000));
}

/** One statement, as two would have no common span; four times as long, as the next time it may be faster. */
function countSlowly(millis: number): unknown {
  return statement!.get(Math.round(4 * millis * rowsPerMilli));
}

const callback = Koa.prototype.callback;
Koa.prototype.callback = function (this: Koa) {
  this.middleware.unshift(async (ctx, next) => {
    const [, planted, way = '', step] = ctx.path.split('/');
    if (ctx.query['spin'] !== undefined) spin(Number(ctx.query['spin']));
    if (planted !== 'planted') return next();
    nameRequestRoute(ctx.method, step === undefined ? `/planted/${way}` : `/planted/${way}/prepare`);
    const millis = Number(ctx.query['millis'] ?? 300);
    if (step === 'prepare') {
      if (way === 'parse') prepareHuge(millis);
      if (way === 'statement') prepareStatement();
      ctx.body = 'prepared';
      return;
    }
    if (way === 'hold') await new Promise<void>((resolve) => held.push(resolve));
    if (way === 'timer') await afterMillis(millis);
    if (way === 'release') for (const release of held.splice(0)) release();
    // As most handlers do, it waits for something first.
    if (PAIRS.has(way) && ctx.query['at'] !== 'once') await inOneTurn();
    else if (ctx.query['at'] !== 'once') await access(import.meta.filename);
    if (way === 'until') spinUntil(millis, String(ctx.query['file']));
    WAYS[way]?.(millis);
    ctx.body = String(held.length);
  });
  return callback.call(this);
};
