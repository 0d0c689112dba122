import type { Sentence } from './sentence.ts';

export const DISABLED_SENTENCE: Sentence = [
  { text: 'Nothing is measured, because METRICS_ENABLED is false.' },
];
