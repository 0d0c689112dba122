import type { TelemetryOptions } from '../../otel/kit.ts';
import { OBSERVATORY_PATH } from '../process/own-addresses.ts';
import { BLOG_SETTINGS, loadBlogConfig, type BlogConfig } from '../process/config.ts';

export const SERVICE_NAME = 'glasshouse';
/** Telemetry does not record itself: the observatory, its JSON, and the files of the admin pages that it loads. */
const UNTRACED_PATHS = [OBSERVATORY_PATH, '/admin/metrics', '/metrics', '/assets/admin'];

/** The blog's options for telemetry, as far as they are known before its settings are read. */
export function telemetryOptionsOf(
  config: Pick<BlogConfig, 'dataDir' | 'publicUrl'> | undefined,
): TelemetryOptions {
  const publicUrl = config?.publicUrl;
  const mountedAt = publicUrl === undefined ? '' : new URL(publicUrl).pathname.replace(/\/+$/, '');
  return {
    serviceName: SERVICE_NAME,
    dataDir: config?.dataDir,
    // A proxy may strip the base path or not.
    ignorePaths: [...new Set(['', mountedAt])].flatMap((base) => UNTRACED_PATHS.map((path) => base + path)),
    strictSettings: true,
    appSettings: BLOG_SETTINGS.filter(({ name }) => name.startsWith('METRICS_')),
  };
}

/** Read by `otel/register.ts`, which starts before the blog; package.json names this file. */
export const telemetryOptions = telemetryOptionsOf(configIfRight());

/** Ignores problems here, as the blog reports them when it starts, and stops. */
function configIfRight(): BlogConfig | undefined {
  try {
    return loadBlogConfig();
  } catch {
    return undefined;
  }
}
