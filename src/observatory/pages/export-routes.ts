import type { Router, RouterContext } from '@koa/router';
import type { ExportTest, TelemetryControl } from '../../../otel/query.ts';
import { seeOther } from '../../http/see-other.ts';

export const EXPORT_TEST_PATH = '/export/test';
export const EXPORT_ON_PATH = '/export/on';
export const EXPORT_OFF_PATH = '/export/off';

/** A test, and the switch. The caller has checked that the owner asks. */
export function addExportRoutes(
  router: Router,
  options: {
    readonly base: string;
    readonly control: Pick<TelemetryControl, 'testExport' | 'switchExport'>;
    /** Shows the page with the results. */
    readonly show: (ctx: RouterContext, tests: readonly ExportTest[]) => Promise<void>;
  },
): void {
  const { base, control, show } = options;

  router.post(EXPORT_TEST_PATH, async (ctx) => show(ctx, await control.testExport()));

  for (const [path, isOn] of [
    [EXPORT_ON_PATH, true],
    [EXPORT_OFF_PATH, false],
  ] as const)
    router.post(path, (ctx) => {
      control.switchExport(isOn);
      seeOther(ctx, `${base}/export`);
    });
}
