import type { TelemetryOptions } from '../../otel/kit.ts';
import { OBSERVATORY_PATH } from '../process/own-addresses.ts';
import { BLOG_SETTINGS, loadBlogConfig, type BlogConfig } from '../process/config.ts';

export const SERVICE_NAME = 'glasshouse';
/** Telemetry does not record itself: the observatory, its documents, and the files of the admin pages, which whoever looks at it loads. */
const UNTRACED_PATHS = [OBSERVATORY_PATH, '/admin/metrics', '/metrics', '/assets/admin'];

/** What the blog says of itself to telemetry; only what it must without its settings. */
export function telemetryOptionsOf(
  config: Pick<BlogConfig, 'dataDir' | 'publicUrl'> | undefined,
): TelemetryOptions {
  const publicUrl = config?.publicUrl;
  const mountedAt = publicUrl === undefined ? '' : new URL(publicUrl).pathname.replace(/\/+$/, '');
  return {
    serviceName: SERVICE_NAME,
    dataDir: config?.dataDir,
    // A proxy may take the path off or leave it.
    ignorePaths: [...new Set(['', mountedAt])].flatMap((base) => UNTRACED_PATHS.map((path) => base + path)),
    strictSettings: true,
    appSettings: BLOG_SETTINGS.filter(({ name }) => name.startsWith('METRICS_')),
  };
}

/** For `otel/register.ts`, which starts before the blog: package.json names this file. */
export const telemetryOptions = telemetryOptionsOf(configIfRight());

/** What is wrong with it the blog says itself when it starts, and stops. */
function configIfRight(): BlogConfig | undefined {
  try {
    return loadBlogConfig();
  } catch {
    return undefined;
  }
}
