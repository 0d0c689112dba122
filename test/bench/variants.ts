export type VariantKey =
  | 'bare'
  | 'bareAgain'
  | 'ours'
  | 'oursMemory'
  | 'ours0'
  | 'ours0Memory'
  | 'stockMode'
  | 'stockHttp'
  | 'stockFull';

/** One way to run the same blog. */
export interface Variant {
  readonly key: VariantKey;
  readonly label: string;
  /** Imported before ours, below test/bench/fixtures. */
  readonly fixture?: string;
  readonly env: Readonly<Record<string, string>>;
  /** Runs instead of the blog, without telemetry. */
  readonly program?: string;
}

/** Every request renders its page: what telemetry costs is asked of a page with statements and a render. */
const RENDERED = { PAGE_CACHE_MB: '0' };
const OFF = { METRICS_ENABLED: 'false', ...RENDERED };
const NO_HISTORY = { METRICS_HISTORY_DAYS: '0', ...RENDERED };

export const VARIANTS: readonly Variant[] = [
  { key: 'bare', label: 'bare (METRICS_ENABLED=false)', env: OFF },
  { key: 'bareAgain', label: 'bare once more (should add nothing)', env: OFF },
  { key: 'ours', label: 'ours, rate 1', env: { METRICS_SAMPLING_RATE: '1', ...RENDERED } },
  {
    key: 'oursMemory',
    label: 'ours, rate 1, no history',
    env: { METRICS_SAMPLING_RATE: '1', ...NO_HISTORY },
  },
  { key: 'ours0', label: 'ours, rate 0', env: { METRICS_SAMPLING_RATE: '0', ...RENDERED } },
  {
    key: 'ours0Memory',
    label: 'ours, rate 0, no history',
    env: { METRICS_SAMPLING_RATE: '0', ...NO_HISTORY },
  },
  {
    key: 'stockMode',
    label: 'ours in stock mode, rate 1',
    env: { METRICS_SAMPLING_RATE: '1', METRICS_SPANS: 'stock', ...RENDERED },
  },
  { key: 'stockHttp', label: 'stock http, no-op processor', fixture: 'stock-http.ts', env: OFF },
  { key: 'stockFull', label: 'stock http + koa, batch processor', fixture: 'stock-full.ts', env: OFF },
];
