import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { findReceiver } from './find-receiver.ts';
import type { ReceiverName } from './receivers.ts';
import { ROOT, runToEnd } from '../integration/blog-process.ts';

/** What a store's configuration reads of its environment. */
const STORE = Object.fromEntries(
  ['CLICKHOUSE_PASSWORD', 'OPENSEARCH_USER', 'OPENSEARCH_PASSWORD', 'CASSANDRA_PASSWORD'].map((name) => [
    name,
    'x',
  ]),
);
const TRACE_STATE = '--feature-gates=processor.tailsamplingprocessor.usetracestate';

/** By the program that will read it: a file, a word of it, and the arguments that check it. */
const CHECKS: readonly (readonly [ReceiverName, string, string, readonly string[]])[] = [
  ['compose', 'docker-compose.yml', 'pids_limit', []],
  ['otelcol', 'deploy/collector.yaml', 'check_interval', ['validate', '--config']],
  ['otelcol', 'deploy/scaling/balancer.yaml', 'routing_key', ['validate', '--config']],
  ['otelcol', 'deploy/scaling/gateway.yaml', 'decision_wait', ['validate', TRACE_STATE, '--config']],
  ['jaeger', 'deploy/jaeger.yaml', 'max_traces', ['validate', '--config']],
  ['jaeger', 'deploy/scaling/jaeger-clickhouse.yaml', 'create_schema', ['validate', '--config']],
  ['jaeger', 'deploy/scaling/jaeger-opensearch.yaml', 'date_layout', ['validate', '--config']],
  ['jaeger', 'deploy/scaling/jaeger-cassandra.yaml', 'trace_ttl', ['validate', '--config']],
  ['promtool', 'deploy/prometheus.yml', 'scrape_interval', ['check', 'config']],
];

describe.each(CHECKS)('%s', (name, file, word, args) => {
  const program = findReceiver(name, `${file} is not checked.`);
  const withProgram = program === undefined ? it.skip : it;
  const check = async (path: string) => (await runToEnd([...args, path], STORE, program)).code;

  withProgram(`accepts ${file}, and refuses it with a misspelt ${word}`, async () => {
    expect(await check(join(ROOT, file))).toBe(0);
    const wrong = join(temporaryFolder(), 'wrong.yaml');
    writeFileSync(wrong, readFileSync(join(ROOT, file), 'utf8').replaceAll(`${word}:`, `${word}_:`));
    expect(await check(wrong)).toBe(1);
  });
});
