import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { TraceRecord } from '../../../otel/store/trace-record.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { openHistoryFile } from './history-fixture.ts';
import { spanRecord, traceIdOf, WHOLE } from './kept-span-fixture.ts';

function traceOf(id: number): TraceRecord {
  const trace = new TraceRecord(traceIdOf(id));
  trace.append([spanRecord({ name: 'GET /' })], WHOLE);
  return trace;
}

it('finds the rows of traces as they are now, whichever process wrote or removed them', () => {
  const path = join(temporaryFolder(), 'history.sqlite');
  const [own, other] = [openHistoryFile(path), openHistoryFile(path, 'other')];
  const asked = [1, 2, 3].map(traceIdOf);
  const found = (): number => own.traces.rowIds(asked).length;
  expect(found()).toBe(0);
  own.traces.save(traceOf(1));
  expect(found()).toBe(1);
  other.traces.save(traceOf(2));
  expect([found(), found()]).toEqual([2, 2]);
  other.traces.save(traceOf(9));
  expect([found(), own.traces.rowIds([traceIdOf(9)]).length, found()]).toEqual([2, 1, 2]);
});
