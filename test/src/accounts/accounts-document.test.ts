import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { OWASP_COST } from '../../../src/accounts/password-hash.ts';
import { MAX_FORM_BYTES } from '../../../src/http/form-body.ts';
import { ABSOLUTE_LIMIT_MILLIS, IDLE_LIMIT_MILLIS } from '../../../src/accounts/session-store.ts';
import { OWNER_LIFETIME_MILLIS, SETUP_LIFETIME_MILLIS } from '../../../src/accounts/setup-links.ts';
import {
  ACCOUNT_CURVE,
  KNOWN_MILLIS,
  MEMORY_MILLIS,
  OWN_CURVE,
} from '../../../src/accounts/sign-in-throttle.ts';
import { MAX_MARKDOWN_CHARACTERS } from '../../../src/admin/post-form.ts';
import {
  MAX_HEAD_BYTES,
  MAX_HEADER_BYTES,
  MAX_QUERY_FIELDS,
  MAX_URL_BYTES,
} from '../../../src/http/request-limits.ts';
import { MAX_DEPTH } from '../../../src/observatory/transfer/otlp-documents.ts';
import { MAX_IMPORTED_SPANS, MAX_TRACES_OF_A_FILE } from '../../../src/observatory/transfer/otlp-import.ts';
import { MAX_PATH_CHARACTERS } from '../../../src/process/address.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const document = readFileSync(join(ROOT, 'docs/ACCOUNTS.md'), 'utf8');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('docs/ACCOUNTS.md', () => {
  it.each([
    `| a stranger, by address (an IPv6 /64 is one) | ${OWN_CURVE.free} | ${OWN_CURVE.maxMillis / MINUTE} minutes |`,
    `| all strangers together | ${ACCOUNT_CURVE.free} | ${ACCOUNT_CURVE.maxMillis / 1000} seconds |`,
    `| a known browser, by its cookie | ${OWN_CURVE.free} | ${OWN_CURVE.maxMillis / MINUTE} minutes |`,
    `forgotten after ${MEMORY_MILLIS / HOUR} hours`,
    `during the last ${KNOWN_MILLIS / DAY} days`,
    `${IDLE_LIMIT_MILLIS / DAY} days without a visit, ${ABSOLUTE_LIMIT_MILLIS / DAY} days in any case`,
    `scrypt (N 2^${OWASP_COST.logN}, r ${OWASP_COST.r}, p ${OWASP_COST.p})`,
    `works once, for ${SETUP_LIFETIME_MILLIS / HOUR} hours`,
    `works once, for ${OWNER_LIFETIME_MILLIS / MINUTE} minutes`,
    `at most ${MAX_MARKDOWN_CHARACTERS.toLocaleString('en')} characters`,
    `at most ${MAX_PATH_CHARACTERS} characters, no blank`,
    `at most ${MAX_IMPORTED_SPANS.toLocaleString('en')} spans, ${MAX_TRACES_OF_A_FILE} traces, ${MAX_DEPTH} levels`,
    `| ${MAX_URL_BYTES / 1000} kB, ${MAX_QUERY_FIELDS} fields | 414 |`,
    `| ${MAX_HEADER_BYTES / 1000} kB; all together ${MAX_HEAD_BYTES / 1000} kB | 431 |`,
    `| a form of the owner | ${MAX_FORM_BYTES / 1_000_000} MB;`,
  ])('says “%s”, as the code does', (words) => expect(document).toContain(words));

  it('names tests that are there', () => {
    const named = [...document.matchAll(/`((?:src|integration)\/[\w/-]+)`/g)].map((match) => match[1]!);
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => !existsSync(join(ROOT, 'test', `${name}.test.ts`)))).toEqual([]);
  });

  it('names every event of access that is logged', () => {
    const sources = ['src/accounts', 'src/admin'].flatMap((folder) =>
      readdirSync(join(ROOT, folder))
        .filter((name) => name.endsWith('.ts'))
        .map((name) => readFileSync(join(ROOT, folder, name), 'utf8')),
    );
    const events = sources.flatMap((text) =>
      [
        ...text.matchAll(
          /(?:event|setup|owner): '((?:owner|owner-link|sign-in|sign-out|sessions?|password|bearer|recovery-codes?)(?:\.[\w-]+)?)'/g,
        ),
      ].map((match) => match[1]!),
    );
    expect(new Set(events).size).toBeGreaterThan(10);
    expect(events.filter((event) => !document.includes(`\`${event}\``))).toEqual([]);
  });
});
