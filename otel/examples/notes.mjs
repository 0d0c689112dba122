// What the examples serve: notes in SQLite.
import Database from 'better-sqlite3';

/** Call it after `instrumentDatabase`, or before: statements that exist already are seen, too. */
export function openNotes(telemetry) {
  telemetry.instrumentDatabase(Database);
  const database = new Database(':memory:');
  database.exec('CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL)');
  const add = database.prepare('INSERT INTO notes (text) VALUES (?)');
  const get = database.prepare('SELECT text FROM notes WHERE id = ?');
  add.run('the first');
  add.run('the second');
  return {
    /** The page of a note; undefined when there is none. */
    page(id) {
      const note = get.get(id);
      return note && telemetry.render('note', () => `<p>${note.text}</p>`);
    },
  };
}
