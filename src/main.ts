import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { activeTelemetry } from '../otel/telemetry.ts';
import { createApp } from './app.ts';
import { BlogConfigError, loadBlogConfig, type BlogConfig } from './config.ts';
import { closeDatabase, DATABASE_FILE_NAME, openDatabase } from './db/open-database.ts';
import { stopGracefully } from './graceful-stop.ts';
import { createLog } from './log.ts';
import { PostStore } from './posts/post-store.ts';
import { seedWelcomePosts } from './posts/welcome-posts.ts';

const config = readConfigOrExit();
const log = createLog(config);
const telemetry = activeTelemetry();
telemetry.instrumentDatabase(Database);
const database = openDatabase(join(config.dataDir, DATABASE_FILE_NAME));
seedWelcomePosts({ database, posts: new PostStore(database) });

const app = createApp({
  config,
  database,
  log,
  telemetry: telemetry.query,
  control: telemetry.control,
  render: telemetry.render,
  now: Date.now,
});

const server = createServer(app.callback());
server.once('error', (error: NodeJS.ErrnoException) => exitWith(listenProblem(error)));
server.listen(config.port, config.host, () => {
  process.stdout.write(`Glasshouse is at ${addressOf(server.address() as AddressInfo)}\n`);
});
stopGracefully({
  server,
  log,
  async close() {
    await telemetry.shutdown();
    closeDatabase(database);
  },
});

function readConfigOrExit(): BlogConfig {
  try {
    return loadBlogConfig();
  } catch (error) {
    if (error instanceof BlogConfigError) exitWith(error.message);
    throw error;
  }
}

function addressOf({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

function listenProblem(error: NodeJS.ErrnoException): string {
  const where = `${config.host}:${config.port}`;
  if (error.code === 'EADDRINUSE')
    return `Port ${config.port} is taken: something else listens on ${where}. Set PORT to another, or to 0 for a free one.`;
  if (error.code === 'EACCES') return `This user may not listen on ${where}. Set PORT to 1024 or more.`;
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND')
    return `HOST=${config.host} is no address of this machine. Try 127.0.0.1, or 0.0.0.0 for every interface.`;
  return `Cannot listen on ${where}: ${error.message}`;
}

function exitWith(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
