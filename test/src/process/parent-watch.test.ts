import { describe, expect, it } from '@jest/globals';
import { watchParent, type ProcessTable } from '../../../src/process/parent-watch.ts';

const USER_SHELL = 2;
const NPM = 20;
const SCRIPT_SHELL = 30;

/** Processes by id, as a test leaves them; `self` is the parent of the one that watches. */
class FakeTable implements ProcessTable {
  parentId: number;
  readonly processes: Map<number, { name: string; parentId: number }>;

  constructor(parentId: number) {
    this.parentId = parentId;
    this.processes = new Map([
      [USER_SHELL, { name: 'bash', parentId: 1 }],
      [NPM, { name: 'npm start', parentId: USER_SHELL }],
      [SCRIPT_SHELL, { name: 'sh', parentId: NPM }],
    ]);
  }
  find(pid: number): { readonly name: string; readonly parentId: number } | undefined {
    return this.processes.get(pid);
  }
  isRunning(pid: number): boolean {
    return this.processes.has(pid);
  }
}

function watched(table: ProcessTable): { readonly gone: () => number; readonly look: () => void } {
  let gone = 0;
  let look = (): void => {};
  watchParent(table, (call) => {
    look = call;
    return () => (look = () => {});
  }).onGone(() => gone++);
  return { gone: () => gone, look: () => look() };
}

describe('the parent', () => {
  it('that is there is left alone', () => {
    const table = new FakeTable(SCRIPT_SHELL);
    const { gone, look } = watched(table);
    for (let time = 0; time < 10; time++) look();
    expect(gone()).toBe(0);
  });

  it('has gone when another process replaces it, reported once', () => {
    const table = new FakeTable(SCRIPT_SHELL);
    const { gone, look } = watched(table);
    table.parentId = 1;
    look();
    look();
    expect(gone()).toBe(1);
  });

  it('has gone when it runs no more, though its number stays (Windows)', () => {
    const table = new FakeTable(NPM);
    const { gone, look } = watched(table);
    table.processes.delete(NPM);
    look();
    expect(gone()).toBe(1);
  });

  it('behind a shell has gone when the shell has another parent', () => {
    const table = new FakeTable(SCRIPT_SHELL);
    const { gone, look } = watched(table);
    table.processes.set(SCRIPT_SHELL, { name: 'sh', parentId: 1 });
    look();
    expect(gone()).toBe(1);
  });

  it('may lose its own parent: closing the terminal does not stop npm', () => {
    const table = new FakeTable(NPM);
    const { gone, look } = watched(table);
    table.processes.set(NPM, { name: 'npm start', parentId: 1 });
    table.processes.delete(USER_SHELL);
    look();
    expect(gone()).toBe(0);
  });

  it('is the only one watched if the system has no details of others', () => {
    const table: ProcessTable = { parentId: NPM, find: () => undefined, isRunning: () => true };
    const { gone, look } = watched(table);
    look();
    expect(gone()).toBe(0);
  });
});
