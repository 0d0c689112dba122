import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { logs } from '@opentelemetry/api';
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { createLog } from '../../../src/process/log.ts';

const CANARY = 'canary-7f3a';

describe('createLog', () => {
  let lines: string[];
  let exporter: InMemoryLogRecordExporter;
  const log = () => createLog({ logLevel: 'info' }, { write: (line) => void lines.push(line) });

  beforeEach(() => {
    lines = [];
    exporter = new InMemoryLogRecordExporter();
    logs.setGlobalLoggerProvider(
      new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter })] }),
    );
  });
  afterEach(() => logs.disable());

  it('writes one JSON line an event, and the same as a log record', () => {
    log().error({ err: new TypeError('no'), path: '/guestbook' }, 'request failed');
    expect(JSON.parse(lines[0]!)).toMatchObject({
      level: 'error',
      msg: 'request failed',
      path: '/guestbook',
    });
    const [record] = exporter.getFinishedLogRecords();
    expect(record).toMatchObject({ severityText: 'ERROR', severityNumber: 17, body: 'request failed' });
    expect(record!.attributes).toMatchObject({
      'url.path': '/guestbook',
      'exception.type': 'TypeError',
      'exception.message': 'no',
    });
    expect(record!.attributes['exception.stacktrace']).toContain('log.test.ts');
  });

  it('writes nothing below its level', () => {
    log().debug('quiet');
    expect([lines.length, exporter.getFinishedLogRecords().length]).toEqual([0, 0]);
  });

  it('lets no secret into a line or a record, at any place it is passed', () => {
    const secret = { authorization: CANARY, cookie: CANARY, password: CANARY, token: CANARY };
    log().info({ ...secret, request: { headers: secret }, headers: { 'set-cookie': CANARY } }, 'signed in');
    expect(lines.join('')).toContain('(removed)');
    expect(lines.join('')).not.toContain(CANARY);
    expect(JSON.stringify(exporter.getFinishedLogRecords()[0]!.attributes)).not.toContain(CANARY);
  });
});
