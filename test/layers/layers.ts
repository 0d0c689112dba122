/** Who may import whom: the parts of a layer know those below, types included, and neither each other nor those above. */
export const LAYERS: readonly (readonly string[])[] = [
  ['src/main.ts', 'src/demo', 'src/backup'],
  ['src/start'],
  ['src/admin'],
  ['src/site'],
  ['src/posts', 'src/observatory'],
  ['src/accounts', 'src/media'],
  ['src/http'],
  ['src/markup', 'src/process', 'src/search', 'src/db'],
  ['otel'],
];

/** The same within the observatory. */
export const OBSERVATORY_LAYERS: typeof LAYERS = [
  ['routes.ts', 'metrics-route.ts', 'shared-trace.ts'],
  ['answer.ts', 'live', 'pages'],
  ['visit.ts'],
  ['draw'],
  ['transfer'],
  ['page.ts'],
  ['sentences'],
  ['facts'],
  ['charts', 'links.ts'],
  ['trace'],
  ['format', 'browser', 'alerts'],
  ['objectives'],
].map((parts) => parts.map((part) => `src/observatory/${part}`));

/** The same within the kit: doors, what is wired at the start, parts, and at the bottom the contract and what all of them use. */
export const OTEL_LAYERS: typeof LAYERS = [
  ['cjs'],
  ['register.ts', 'kit.ts'],
  ['telemetry.ts', 'sampler.ts', 'telemetry-page.ts'],
  ['start'],
  ['store', 'export'],
  ['instrumentation', 'sampling'],
  ['aggregate', 'config.ts'],
  ['spans', 'settings'],
  ['sql'],
  ['query.ts'],
  ['base'],
].map((parts) => parts.map((part) => `otel/${part}`));

/** `src/db` of `src/db/migrate.ts`. */
export function partOf(path: string): string {
  return path.startsWith('otel/') ? 'otel' : path.split('/').slice(0, 2).join('/');
}

/** `otel/store` of `otel/store/trace-ring.ts`. */
export function otelPartOf(path: string): string {
  return path.split('/').slice(0, 2).join('/');
}

/** `src/observatory/draw` of `src/observatory/draw/table.ts`. */
export function observatoryPartOf(path: string): string {
  return path.split('/').slice(0, 3).join('/');
}
