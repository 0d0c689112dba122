// Runs before anything else, on any Node: an old one must stop here, before the native SQLite addon is loaded
// (better-sqlite3 13 ends old runtimes without a message). Plain old JavaScript on purpose.
var required = [22, 18];
var found = process.versions.node.split('.').map(Number);
if (found[0] < required[0] || (found[0] === required[0] && found[1] < required[1])) {
  process.stderr.write(
    'Glasshouse needs Node ' +
      required.join('.') +
      ' or newer; this is ' +
      process.versions.node +
      '. Run it through npm (npm start), which brings its own Node 24.\n',
  );
  process.exit(1);
}
// Compiled code, without types, stays beside the packages: a restart then takes two thirds of the time. Where it cannot be written, nothing changes.
require('node:module').enableCompileCache(
  require('node:path').join(__dirname, '../node_modules/.cache/compiled'),
);
