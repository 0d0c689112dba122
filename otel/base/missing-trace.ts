/** Why a kept trace was evicted from memory: too many traces, too many bytes, or older than the history. */
export type EvictionReason = 'count' | 'bytes' | 'age';

/** Why a trace id has no detail; `trace` in store/telemetry-store.ts decides. */
export interface MissingTrace {
  readonly traceId: string;
  readonly reason: 'evicted' | 'never-kept' | 'running' | 'unknown';
  /** For `unknown`: how far back dropped and evicted traces are remembered. */
  readonly rememberedFromMillis?: number | undefined;
  readonly evicted?: {
    readonly atMillis: number;
    readonly reason: EvictionReason;
    readonly name: string;
    readonly startMillis: number;
  };
}
