/** Who may import whom: the rooms of a floor know those below, types included, and neither each other nor those above. */
export const FLOORS: readonly (readonly string[])[] = [
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
export const OBSERVATORY_FLOORS: typeof FLOORS = [
  ['routes.ts', 'metrics-route.ts'],
  ['answer.ts', 'live', 'pages'],
  ['visit.ts'],
  ['draw'],
  ['transfer'],
  ['page.ts'],
  ['sentences'],
  ['facts'],
  ['charts', 'links.ts'],
  ['trace'],
  ['format', 'browser'],
].map((rooms) => rooms.map((room) => `src/observatory/${room}`));

/** The same within the kit: doors, what is wired at the start, rooms, and at the bottom the contract and what all of them use. */
export const OTEL_FLOORS: typeof FLOORS = [
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
].map((rooms) => rooms.map((room) => `otel/${room}`));

/** `src/db` of `src/db/migrate.ts`. */
export function roomOf(path: string): string {
  return path.startsWith('otel/') ? 'otel' : path.split('/').slice(0, 2).join('/');
}

/** `otel/store` of `otel/store/trace-ring.ts`. */
export function otelRoomOf(path: string): string {
  return path.split('/').slice(0, 2).join('/');
}

/** `src/observatory/draw` of `src/observatory/draw/table.ts`. */
export function observatoryRoomOf(path: string): string {
  return path.split('/').slice(0, 3).join('/');
}
