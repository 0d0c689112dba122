/**
 * What a process lacks is noted once.
 * @jest-environment-options {"ownModules":true}
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { channel } from 'node:diagnostics_channel';
import { EventEmitter } from 'node:events';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { Guard } from '../../../otel/base/guard.ts';
import {
  checkNodeFeatures,
  missingIn,
  missingNodeFeatures,
  noteMissingFeature,
  type NodeParts,
} from '../../../otel/instrumentation/node-features.ts';
import { expectRequestStarts } from '../../../otel/instrumentation/request-starts.ts';
import {
  ResponseWatch,
  disableResponseWatches,
  enableResponseWatches,
  watchResponse,
} from '../../../otel/instrumentation/response-watch.ts';
import { SteppingClock } from './tracing-fixture.ts';

const NODE: NodeParts = { AsyncLocalStorage, EventEmitter, IncomingMessage, ServerResponse, Socket };

/** A class without the named properties, own or inherited. */
function without<T extends new (...args: never[]) => object>(base: T, ...names: string[]): T {
  const changed = class extends (base as new (...args: never[]) => object) {};
  for (const name of names)
    Object.defineProperty(changed.prototype, name, { value: undefined, writable: true });
  return changed as T;
}
class Unmarked extends ServerResponse {
  override assignSocket(socket: Socket): void {
    super.assignSocket(socket);
    delete (socket as { _httpMessage?: unknown })._httpMessage;
  }
}
class Untold extends ServerResponse {
  override emit(event: string, ...args: unknown[]): boolean {
    return event === 'socket' ? false : super.emit(event, ...args);
  }
}
class Headless extends ServerResponse {
  override writeHead(): this {
    return this;
  }
}
class Broken extends ServerResponse {
  override assignSocket(): void {
    throw new Error('no socket');
  }
}
class Plain extends EventEmitter {
  override removeListener(): this {
    return this;
  }
}

describe('private features of Node', () => {
  it('all exist on supported versions', () => {
    expect(missingIn(NODE)).toEqual([]);
  });

  it.each<readonly [string, Partial<NodeParts>, readonly string[]]>([
    [
      'entering a context',
      { AsyncLocalStorage: { prototype: {} } },
      ['AsyncLocalStorage.prototype.enterWith'],
    ],
    [
      'methods of a response',
      { ServerResponse: without(ServerResponse, 'flushHeaders') },
      ['ServerResponse.prototype.write, end, flushHeaders'],
    ],
    ['the event of its socket', { ServerResponse: Untold }, ['ServerResponse: event socket']],
    ['its head', { ServerResponse: Headless }, ['ServerResponse: _header']],
    ['whom a socket answers', { ServerResponse: Unmarked }, ['Socket: _httpMessage']],
    ['what a socket has sent', { Socket: { prototype: {} } }, ['Socket: _bytesDispatched']],
    ['how listeners are found', { EventEmitter: Plain }, ['EventEmitter: listener of a listener']],
    [
      'a check that throws',
      { ServerResponse: Broken },
      ['ServerResponse: event socket', 'ServerResponse: _header', 'Socket: _httpMessage'],
    ],
  ])('are reported if missing: %s', (_what, changed, names) => {
    expect(missingIn({ ...NODE, ...changed }).map(({ name }) => name)).toEqual(names);
  });

  it('are logged in one line at the start, and in one for each found later, once', () => {
    const lines: string[] = [];
    checkNodeFeatures((line) => lines.push(line), NODE);
    expect(lines).toEqual([]);
    checkNodeFeatures((line) => lines.push(line), {
      ...NODE,
      ServerResponse: Unmarked,
      Socket: { prototype: {} },
    });
    for (let i = 0; i < 3; i++) noteMissingFeature('channel x', 'nothing is known of x');
    expect(lines).toEqual([
      expect.stringMatching(
        /^telemetry: Node v\S+ lacks .*_httpMessage \(.*_bytesDispatched \(.*METRICS_SPANS=stock/,
      ),
      expect.stringContaining('lacks features that telemetry uses: channel x (nothing is known of x)'),
    ]);
    expect(missingNodeFeatures().map(({ name }) => name)).toEqual([
      'Socket: _httpMessage',
      'Socket: _bytesDispatched',
      'channel x',
    ]);
  });

  it('are a log line and not a fault, and a log that throws is contained', () => {
    const lines: string[] = [];
    const guard = new Guard({ log: (line) => lines.push(line) });
    guard.note('changed');
    expect([lines, guard.faults()]).toEqual([['changed'], []]);
    new Guard({
      log: () => {
        throw new Error('no log');
      },
    }).note('changed');
  });

  it('may include a channel: a finished response is complete without it', async () => {
    class Watch extends ResponseWatch {
      onClose(): void {}
    }
    enableResponseWatches();
    const socket = new Socket();
    const response = new ServerResponse(new IncomingMessage(socket));
    const watch = new Watch({ clock: new SteppingClock(), guard: new Guard() }, 0);
    watchResponse(response, watch);
    Object.defineProperty(response, 'writableFinished', { value: true });
    expect(channel('http.server.response.finish').hasSubscribers).toBe(true);
    response.emit('close');
    expect(watch.isFinished).toBe(true);
    expect(missingNodeFeatures().map(({ name }) => name)).toContain('channel http.server.response.finish');

    const unseen = (): void => {
      const unwatched = new ServerResponse(new IncomingMessage(socket));
      Object.defineProperty(unwatched, 'socket', { value: socket });
      unwatched.end();
    };
    const names = (): string[] => missingNodeFeatures().map(({ name }) => name);
    for (let i = 0; i < 200; i++) unseen();
    expect(names()).not.toContain('channel http.server.request.start');
    expectRequestStarts();
    for (let i = 0; i < 99; i++) unseen();
    expect(names()).not.toContain('channel http.server.request.start');
    unseen();
    expect(names()).toContain('channel http.server.request.start');
    disableResponseWatches();
  });
});
