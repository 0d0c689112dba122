import { afterEach, describe, expect, it } from '@jest/globals';
import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { backgroundTimeout } from '../../../otel/store/background-timer.ts';

describe('backgroundTimeout', () => {
  afterEach(() => {
    context.disable();
  });

  it('does not keep the process alive', () => {
    const timer = backgroundTimeout(() => {}, 60_000);
    expect(timer.hasRef()).toBe(false);
    clearTimeout(timer);
  });

  it('runs outside the request that created it', async () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    const key = createContextKey('request');
    const seen = await context.with(
      ROOT_CONTEXT.setValue(key, 'a request'),
      () =>
        new Promise<unknown>((resolve) => {
          const keepAlive = setTimeout(() => {}, 1000);
          backgroundTimeout(() => {
            clearTimeout(keepAlive);
            resolve(context.active().getValue(key));
          }, 1);
        }),
    );
    expect(seen).toBeUndefined();
  });
});
