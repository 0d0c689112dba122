import config from '../../jest.config.mjs';

/** As `npm test` runs the others. */
export default {
  ...config,
  rootDir: '../..',
  roots: ['<rootDir>/test/receivers'],
  testPathIgnorePatterns: [],
};
