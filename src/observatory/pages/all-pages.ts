import type { AnyPage } from '../page.ts';
import { alertsPage } from './alerts-page.ts';
import { bufferPage } from './buffer-page.ts';
import { changesPage } from './changes-page.ts';
import { compareTracesPage } from './compare-traces-page.ts';
import { contentPage } from './content-page.ts';
import { downtimePage } from './downtime-page.ts';
import { exportPage } from './export-page.ts';
import { failuresPage } from './failures-page.ts';
import { heapProfilesPage } from './heap-profiles-page.ts';
import { keysPage } from './keys-page.ts';
import { importPage } from './import-page.ts';
import { importedTracePage } from './imported-trace-page.ts';
import { limitsPage } from './limits-page.ts';
import { logsPage } from './logs-page.ts';
import { notFoundPage } from './not-found-page.ts';
import { objectivesPage } from './objectives-page.ts';
import { overviewPage } from './overview-page.ts';
import { processPage } from './process-page.ts';
import { profilesPage } from './profiles-page.ts';
import { queriesPage } from './queries-page.ts';
import { routePage } from './route-page.ts';
import { routesPage } from './routes-page.ts';
import { samplingChangePage } from './sampling-change-page.ts';
import { samplingPage } from './sampling-page.ts';
import { slowPage } from './slow-page.ts';
import { stallsPage } from './stalls-page.ts';
import { statementPage } from './statement-page.ts';
import { tracePage } from './trace-page.ts';
import { tracesPage } from './traces-page.ts';

/** All pages of the observatory; add a new one here. */
export const PAGES: readonly AnyPage[] = [
  overviewPage,
  limitsPage,
  changesPage,
  objectivesPage,
  alertsPage,
  contentPage,
  processPage,
  stallsPage,
  profilesPage,
  heapProfilesPage,
  downtimePage,
  routesPage,
  routePage,
  queriesPage,
  statementPage,
  slowPage,
  failuresPage,
  notFoundPage,
  logsPage,
  tracesPage,
  compareTracesPage,
  importPage,
  importedTracePage,
  tracePage,
  samplingPage,
  samplingChangePage,
  exportPage,
  bufferPage,
  keysPage,
];
