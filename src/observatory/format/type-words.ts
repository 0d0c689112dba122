import type { OperationType } from '../../../otel/query.ts';

export const TYPE_WORDS: Readonly<Record<OperationType, string>> = {
  http: 'Requests',
  database: 'Database',
  render: 'Render',
  other: 'Other',
};

/** In the order of the overview. */
export const TYPES = Object.keys(TYPE_WORDS) as readonly OperationType[];
