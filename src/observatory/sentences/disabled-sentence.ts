import type { Sentence } from './sentence.ts';

export const DISABLED_SENTENCE: Sentence = [{ text: 'Telemetry is off, because METRICS_ENABLED is false.' }];
