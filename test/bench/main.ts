/**
 * `npm run bench`: what telemetry costs, against stock in the same run, in about ten minutes. `-- --quick` is a rough check of about two
 * minutes, `-- --requests` only what requests cost, `-- --live` only live views, `-- --logs` only 10^6 log lines, `-- --stalls` only the watch of the event loop, `-- --shedding` only what shedding saves, `-- --pages` only what pages for readers cost beside a bare handler (`--only post,front` of them), `-- --search` only what searches of 1,000 and 100,000 posts take, `-- --seed N` another order of turns,
 * `-- --passes N` another number of passes: more of them narrow the intervals.
 */
import { parseArgs } from 'node:util';
import { RandomSource } from '../../src/demo/random-source.ts';
import { BenchBlog } from './bench-blog.ts';
import { measureColdPage } from './cold/cold-cost.ts';
import { measureFirstViews } from './first-view-cost.ts';
import { measureLiveViews } from './live-view-cost.ts';
import type { Gate } from './gates.ts';
import type { Figure } from './micro/figure.ts';
import { measureHistoryLists } from './micro/history-lists.ts';
import { measureLogLines } from './micro/log-lines.ts';
import { measureLongestTask } from './micro/longest-task.ts';
import { measureMemory } from './micro/memory-cost.ts';
import { measureProcessor } from './micro/processor-cost.ts';
import { measureSketch } from './micro/sketch-cost.ts';
import { measureStatement } from './micro/statement-cost.ts';
import { measurePageCost, PAGES } from './pages/page-cost.ts';
import { reportOf } from './report.ts';
import { measureSearchCost } from './search/search-cost.ts';
import { measureRequestCost, type RequestCosts } from './request-cost.ts';
import { measureShedding, measureStallWatch, type TogglePlan } from './toggle-cost.ts';
import { VARIANTS } from './variants.ts';

const { quick, live, logs, requests, stalls, shedding, pages, search, only, seed, passes } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    live: { type: 'boolean', default: false },
    logs: { type: 'boolean', default: false },
    requests: { type: 'boolean', default: false },
    stalls: { type: 'boolean', default: false },
    shedding: { type: 'boolean', default: false },
    pages: { type: 'boolean', default: false },
    search: { type: 'boolean', default: false },
    only: { type: 'string' },
    seed: { type: 'string', default: '1' },
    passes: { type: 'string' },
  },
}).values;
if (!/^\d+$/.test(seed)) throw new Error(`--seed ${seed} is not a whole number`);
if (passes !== undefined && !/^[1-9]\d*$/.test(passes))
  throw new Error(`--passes ${passes} is not a number of them`);
const onlyPages = PAGES.filter((page) => only === undefined || only.split(',').includes(page));
if (only !== undefined && (!pages || onlyPages.length !== only.split(',').length))
  throw new Error(`--only ${only} is not a list of --pages: ${PAGES.join(',')}`);
const random = new RandomSource(Number(seed));
const plan = quick
  ? {
      passes: 1,
      warmUpRequests: 1000,
      rounds: { saturated: 3, paced: 1, crowded: 1 },
      batches: 200,
      coldPasses: 2,
      pageRounds: 2,
      liveRounds: 1,
      liveMillis: 4000,
      toggles: { passes: 1, rounds: 3 },
    }
  : {
      passes: 5,
      warmUpRequests: 2000,
      rounds: { saturated: 3, paced: 4, crowded: 2 },
      batches: 1000,
      coldPasses: 5,
      pageRounds: 5,
      liveRounds: live ? 7 : 2,
      liveMillis: live ? 8000 : 4000,
      toggles: { passes: 4, rounds: 6 },
    };

/** Only what was asked for. */
const isSmall = logs || stalls || shedding || pages || search;
const figures = [
  ...(requests || isSmall ? [] : await liveViews()),
  ...(requests || live || isSmall ? [] : await smallFigures()),
  ...(logs ? measureLogLines() : []),
];
const given = ['quick', 'live', 'logs', 'requests', 'stalls', 'shedding', 'pages', 'search'].filter(
  (name) => ({ quick, live, logs, requests, stalls, shedding, pages, search })[name],
);
const command = `npm run bench -- ${[...given.map((name) => `--${name}`), ...(only === undefined ? [] : [`--only ${only}`]), `--seed ${seed}`, ...(passes === undefined ? [] : [`--passes ${passes}`])].join(' ')}`;
const costs = live || isSmall ? [] : await requestCosts();
const watchGates = [
  ...(live || requests || logs || shedding || pages || search ? [] : await toggled(measureStallWatch)),
  ...(live || requests || logs || stalls || pages || search ? [] : await toggled(measureShedding)),
];
const coldCosts = live || isSmall ? [] : await measureColdPage(plan.coldPasses, random);
const pageTurns =
  live || requests || logs || stalls || shedding || search
    ? []
    : await measurePageCost(Number(passes ?? plan.pageRounds), random, onlyPages);
const searchCost = search ? await measureSearchCost(Number(passes ?? plan.passes), Number(seed)) : undefined;
console.log(
  reportOf({
    command,
    date: new Date(),
    costs,
    coldCosts,
    pages: pageTurns,
    searchCost,
    watchGates,
    figures,
  }),
);

function liveViews(): Promise<readonly Figure[]> {
  console.error('live views …');
  return measureLiveViews(plan.liveRounds, plan.liveMillis);
}

async function smallFigures(): Promise<readonly Figure[]> {
  console.error('small figures …');
  return [
    ...(await measureProcessor(plan.batches)),
    ...measureSketch(plan.batches),
    ...(await measureStatement(plan.batches)),
    ...(await measureMemory()),
    ...(await measureLongestTask(plan.batches)),
    ...measureHistoryLists(),
    ...(await measureFirstViews()),
  ];
}

async function requestCosts(): Promise<RequestCosts> {
  const blog = new BenchBlog();
  try {
    return await measureRequestCost(
      blog,
      VARIANTS,
      { ...plan, passes: Number(passes ?? plan.passes) },
      random,
    );
  } finally {
    blog.remove();
  }
}

async function toggled(
  measure: (blog: BenchBlog, plan: TogglePlan, random: RandomSource) => Promise<readonly Gate[]>,
): Promise<readonly Gate[]> {
  const blog = new BenchBlog();
  try {
    const { toggles } = plan;
    return await measure(blog, { ...toggles, passes: Number(passes ?? toggles.passes) }, random);
  } finally {
    blog.remove();
  }
}
