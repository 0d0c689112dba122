import { fileURLToPath } from 'node:url';
import type { StallFrame } from '../base/stall.ts';
import { programFolder } from '../base/program-files.ts';
import { FrameNames } from '../instrumentation/frame-names.ts';

/** A line of V8's stack: `    at name (file:line:column)` or `    at file:line:column`. */
const CALL = /^\s+at (?:(.{1,200}?) \()?((?:file:\/\/|node:|\/|[A-Za-z]:[\\/])[^()]*?):(\d+):\d+\)?$/;
/** The message of an error, which differs, is no such line. */
const CALLED = /^\s+at /;
/** Of a stack that is read; the depth that V8 records is 10. */
const MAX_LINES = 30;
const MAX_LINE_CHARS = 500;
/** Lines that are remembered, each with the stack that it is cut from; the cache is cleared when full. Failures of a list have few different ones. */
const MAX_REMEMBERED = 500;

const remembered = new Map<string, StallFrame | undefined>();

let names: FrameNames | undefined;

/**
 * Where an error was thrown, from its stack: the first call in the app's code, otherwise in a package's, without those of the kit and of Node.
 * Undefined if there is neither. Only paths within the program's folder are told in full.
 */
export function thrownAt(stack: string): string | undefined {
  const frames = stack
    .split('\n', MAX_LINES)
    .filter((line) => CALLED.test(line))
    .map((line) => rememberedFrame(line.slice(0, MAX_LINE_CHARS)));
  const found =
    frames.find((frame) => frame?.origin === 'app') ?? frames.find((frame) => frame?.origin === 'package');
  return found && `${found.name} ${found.location}`;
}

function rememberedFrame(line: string): StallFrame | undefined {
  if (remembered.has(line)) return remembered.get(line);
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  const frame = frameOf(line);
  remembered.set(line, frame);
  return frame;
}

function frameOf(line: string): StallFrame | undefined {
  const [, name = '', file, lineNumber] = CALL.exec(line) ?? [];
  if (file === undefined) return undefined;
  names ??= new FrameNames(programFolder(), fileURLToPath(new URL('..', import.meta.url)));
  const place = { scriptId: '', lineNumber: Number(lineNumber) - 1, columnNumber: 0 };
  return names.of({ functionName: name.replace(/^async /, ''), url: file, ...place });
}
