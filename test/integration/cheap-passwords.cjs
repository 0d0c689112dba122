'use strict';
// Loaded with `-r` before a blog whose test is about something else: hashing a password takes half as long as a start of the blog. Hashes say
// the full cost all the same; test/src/accounts/setup-and-sign-in.test.ts pays it.
const crypto = require('node:crypto');
const { syncBuiltinESMExports } = require('node:module');

const { scrypt } = crypto;
crypto.scrypt = (password, salt, bytes, options, done) =>
  scrypt(password, salt, bytes, { ...options, N: 1024 }, done);
syncBuiltinESMExports();
