// Jest runs what production runs: the same type stripping, so lines in stack traces and coverage are right.
const { stripTypeScriptTypes } = require('node:module');
module.exports = { process: (source) => ({ code: stripTypeScriptTypes(source) }) };
