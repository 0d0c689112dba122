import { describe, expect, it } from '@jest/globals';
import type { ExportFacts, Signal } from '../../otel/query.ts';
import { httpReceiver } from '../otel/export/receivers.ts';
import { type PageFamily, readOpenMetrics } from '../fixtures/open-metrics.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { until } from '../fixtures/until.ts';
import { BlogProcess, TOKEN } from './blog-process.ts';
import { becomeOwner } from './signed-in-owner.ts';

const ITEMS: Readonly<Record<Signal, string>> = { traces: 'span', metrics: 'metric_data_point', logs: 'log' };

/** Sum of the samples of a family that pass. */
function sumOf(
  page: ReadonlyMap<string, PageFamily>,
  family: string,
  passes: (labels: Readonly<Record<string, string>>) => boolean = () => true,
): number {
  const samples = page.get(family)?.samples ?? [];
  return samples
    .filter(({ name, labels }) => !name.endsWith('_created') && passes(labels))
    .reduce((sum, { value }) => sum + value, 0);
}

function exportedOf(page: ReadonlyMap<string, PageFamily>, signal: Signal): object {
  const item = ITEMS[signal];
  const exported = `otel_sdk_exporter_${item}_exported`;
  const isPipeline = (labels: Readonly<Record<string, string>>): boolean =>
    labels['otel_component_type'] === 'export_pipeline';
  return {
    sent: sumOf(page, exported, (labels) => labels['error_type'] === undefined),
    refused: sumOf(page, exported, (labels) => labels['error_type'] !== undefined),
    ...(signal !== 'metrics' && {
      queued:
        sumOf(page, `otel_sdk_exporter_${item}_inflight`) +
        sumOf(page, `otel_sdk_processor_${item}_queue_size`),
      dropped: sumOf(
        page,
        `otel_sdk_processor_${item}_processed`,
        (labels) => isPipeline(labels) && labels['error_type'] !== undefined,
      ),
    }),
  };
}

function booksOf({ signal, sent, rejected, failed, queued, dropped }: ExportFacts): object {
  return { sent, refused: rejected + failed, ...(signal !== 'metrics' && { queued, dropped }) };
}

describe('otel.sdk.* of a blog whose receiver refuses a part (G30)', () => {
  it('equal the export page, signal by signal', async () => {
    const answered = { '/v1/traces': 0, '/v1/logs': 0 };
    await using receiver = await httpReceiver((response) => {
      response.setHeader('content-type', 'application/json');
      if (response.req.url === '/v1/logs' && ++answered['/v1/logs'] % 2 === 0) response.statusCode = 400;
      response.end(
        response.req.url === '/v1/traces' && ++answered['/v1/traces'] % 3 === 0
          ? '{"partialSuccess":{"rejectedSpans":"2","errorMessage":"quota"}}'
          : '{}',
      );
    });
    const blog = await BlogProcess.start(temporaryFolder(), {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '20',
      OTEL_BLRP_SCHEDULE_DELAY: '20',
      OTEL_BSP_MAX_QUEUE_SIZE: '40',
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '20',
      OTEL_METRIC_EXPORT_INTERVAL: '1000',
    });
    const owner = await becomeOwner(blog);
    const exportsOf = async (): Promise<readonly ExportFacts[]> => {
      const { text } = await owner.send(`${blog.address}/admin/metrics-dashboard/export`, {
        headers: { accept: 'application/json' },
      });
      const { facts }: { facts: { exports: readonly ExportFacts[] } } = JSON.parse(text);
      return facts.exports;
    };
    const pageOf = async (): Promise<ReadonlyMap<string, PageFamily>> => {
      const { body } = await blog.ask('/metrics', {
        headers: { authorization: `Bearer ${TOKEN}`, accept: 'application/openmetrics-text' },
      });
      return readOpenMetrics(body.toString());
    };
    // However many spans or log records a batch takes: goes on until a part of each signal was refused.
    let rounds = 0;
    await until(
      async () => {
        rounds++;
        await Promise.all(Array.from({ length: 10 }, () => blog.ask('/archive')));
        await blog.ask('/metrics', { headers: { authorization: 'Bearer wrong-but-long-enough' } });
        return answered;
      },
      ({ '/v1/traces': traces, '/v1/logs': logs }) => traces >= 3 && logs >= 2,
    );
    // Read between two equal readings of the other: nothing was exported in between.
    const { before, page } = await until(
      async () => ({ before: await exportsOf(), page: await pageOf(), after: await exportsOf() }),
      ({ before: first, after }) =>
        JSON.stringify(first.map(booksOf)) === JSON.stringify(after.map(booksOf)) &&
        first.every(({ signal, sent, rejected, failed, queued }) =>
          signal === 'metrics' ? sent > 0 : queued === 0 && sent > 0 && rejected + failed > 0,
        ),
    );
    for (const facts of before)
      expect([facts.signal, exportedOf(page, facts.signal)]).toEqual([facts.signal, booksOf(facts)]);
    expect(before.map(({ signal }) => signal).toSorted()).toEqual(['logs', 'metrics', 'traces']);
    expect(sumOf(page, 'otel_sdk_log_created')).toBeGreaterThanOrEqual(rounds);
    owner.close();
    await blog.stop();
  });
});
