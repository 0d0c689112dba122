/** Prints how many long texts are alive: after records were created from spans with such texts, and with one that is retained. */
import { getHeapSnapshot } from 'node:v8';
import { json } from 'node:stream/consumers';
import { spanRecord } from './kept-span-fixture.ts';

const LONG_BYTES = 1_000_000;
interface Snapshot {
  readonly snapshot: { readonly meta: { readonly node_fields: string[]; readonly node_types: [string[]] } };
  readonly nodes: readonly number[];
}

async function longTexts(): Promise<number> {
  globalThis.gc!();
  const { snapshot, nodes } = (await json(getHeapSnapshot())) as Snapshot;
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [type, size] = [fields.indexOf('type'), fields.indexOf('self_size')];
  let found = 0;
  for (let node = 0; node < nodes.length; node += fields.length)
    if (types[0][nodes[node + type]!] === 'string' && nodes[node + size]! >= LONG_BYTES) found++;
  return found;
}

const text = (letter: number): string => Buffer.alloc(LONG_BYTES, 65 + (letter % 26)).toString();
const before = await longTexts();
const records = Array.from({ length: 40 }, (_, i) => spanRecord({ attributes: { body: text(i) } }));
const after = await longTexts();
const held = text(0);
const beside = await longTexts();
process.stdout.write(
  JSON.stringify({
    ofRecords: after - before,
    ofOneHeld: beside - after,
    records: records.length,
    length: held.length,
  }),
);
