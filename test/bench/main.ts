/** `npm run bench`, with `-- --quick` for a minute instead of about nine, or `-- --live` for live views alone: what telemetry costs, against stock in the same run. */
import { parseArgs } from 'node:util';
import { BenchBlog } from './bench-blog.ts';
import { measureColdPage } from './cold/cold-cost.ts';
import { measureFirstViews } from './first-view-cost.ts';
import { measureLiveViews } from './live-view-cost.ts';
import { measureHistoryLists } from './micro/history-lists.ts';
import { measureLongestTask } from './micro/longest-task.ts';
import { measureMemory } from './micro/memory-cost.ts';
import { measureProcessor } from './micro/processor-cost.ts';
import { measureSketch } from './micro/sketch-cost.ts';
import { measureStatement } from './micro/statement-cost.ts';
import { reportOf } from './report.ts';
import { measureRequestCost } from './request-cost.ts';

const { quick, live } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, live: { type: 'boolean', default: false } },
}).values;
const plan = quick
  ? {
      passes: 1,
      rounds: 8,
      warmUpRequests: 500,
      requestsPerRound: 150,
      starts: 1,
      batches: 200,
      coldPasses: 1,
      liveRounds: 1,
      liveMillis: 4000,
    }
  : {
      passes: 3,
      rounds: 15,
      warmUpRequests: 6000,
      requestsPerRound: 250,
      starts: 5,
      batches: 1000,
      coldPasses: 7,
      liveRounds: 7,
      liveMillis: 8000,
    };

console.error('live views …');
const liveFigures = await measureLiveViews(plan.liveRounds, plan.liveMillis);
if (live) {
  console.log(
    reportOf({ command: 'npm run bench -- --live', date: new Date(), costs: [], figures: liveFigures }),
  );
  process.exit();
}
console.error('small figures …');
const figures = [
  ...liveFigures,
  ...(await measureProcessor(plan.batches)),
  ...measureSketch(plan.batches),
  ...(await measureStatement(plan.batches)),
  ...(await measureMemory()),
  ...(await measureLongestTask(plan.batches)),
  ...measureHistoryLists(),
  ...(await measureColdPage(plan.coldPasses)),
  ...(await measureFirstViews()),
];
console.error('requests …');
const blog = new BenchBlog();
try {
  const costs = await measureRequestCost(blog, plan);
  const command = `npm run bench${quick ? ' -- --quick' : ''}`;
  console.log(reportOf({ command, date: new Date(), costs, figures }));
} finally {
  blog.remove();
}
