import type { AnyPage } from './page.ts';
import { bufferPage } from './pages/buffer-page.ts';
import { contentPage } from './pages/content-page.ts';
import { exportPage } from './pages/export-page.ts';
import { failuresPage } from './pages/failures-page.ts';
import { keysPage } from './pages/keys-page.ts';
import { importPage } from './pages/import-page.ts';
import { importedTracePage } from './pages/imported-trace-page.ts';
import { overviewPage } from './pages/overview-page.ts';
import { processPage } from './pages/process-page.ts';
import { queriesPage } from './pages/queries-page.ts';
import { routePage } from './pages/route-page.ts';
import { routesPage } from './pages/routes-page.ts';
import { samplingChangePage } from './pages/sampling-change-page.ts';
import { samplingPage } from './pages/sampling-page.ts';
import { slowPage } from './pages/slow-page.ts';
import { statementPage } from './pages/statement-page.ts';
import { tracePage } from './pages/trace-page.ts';
import { tracesPage } from './pages/traces-page.ts';

/** Every page of the observatory; a new one is written in `pages/` and named here. */
export const PAGES: readonly AnyPage[] = [
  overviewPage,
  contentPage,
  processPage,
  routesPage,
  routePage,
  queriesPage,
  statementPage,
  slowPage,
  failuresPage,
  tracesPage,
  importPage,
  importedTracePage,
  tracePage,
  samplingPage,
  samplingChangePage,
  exportPage,
  bufferPage,
  keysPage,
];
