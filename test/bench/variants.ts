/** One way to run the same blog. */
export interface Variant {
  readonly key: 'bare' | 'rate1' | 'rate1Memory' | 'rate0.1' | 'rate0' | 'stockHttp' | 'stockFull';
  readonly label: string;
  /** Imported before ours, below test/bench/fixtures. */
  readonly fixture?: string;
  readonly env: Readonly<Record<string, string>>;
}

const OFF = { METRICS_ENABLED: 'false' };

export const VARIANTS: readonly Variant[] = [
  { key: 'bare', label: 'bare (METRICS_ENABLED=false)', env: OFF },
  { key: 'rate1', label: 'ours, rate 1', env: { METRICS_SAMPLING_RATE: '1' } },
  {
    key: 'rate1Memory',
    label: 'ours, rate 1, no history file',
    env: { METRICS_SAMPLING_RATE: '1', METRICS_HISTORY_DAYS: '0' },
  },
  { key: 'rate0.1', label: 'ours, rate 0.1', env: { METRICS_SAMPLING_RATE: '0.1' } },
  { key: 'rate0', label: 'ours, rate 0', env: { METRICS_SAMPLING_RATE: '0' } },
  { key: 'stockHttp', label: 'stock http, no-op processor', fixture: 'stock-http.ts', env: OFF },
  { key: 'stockFull', label: 'stock http + koa, batch processor', fixture: 'stock-full.ts', env: OFF },
];
