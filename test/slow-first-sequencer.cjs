'use strict';
const { sep } = require('node:path');
const Sequencer = require('@jest/test-sequencer').default;

/** Tests of processes and browsers: the longest. */
const SLOW = ['integration', 'browser', 'package'].map((folder) => `${sep}test${sep}${folder}${sep}`);
const isSlow = ({ path }) => SLOW.some((folder) => path.includes(folder));

/** Jest runs first what took longest the last time. On a machine that remembers no last time, as in CI, it would go by file size alone. */
module.exports = class SlowFirstSequencer extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    if (sorted.some(({ duration }) => duration !== undefined)) return sorted;
    return [...sorted.filter(isSlow), ...sorted.filter((test) => !isSlow(test))];
  }
};
