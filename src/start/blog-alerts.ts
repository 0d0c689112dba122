import type { Database } from 'better-sqlite3';
import type { Logger } from 'pino';
import type { TelemetryQuery } from '../../otel/query.ts';
import { FreeBytes } from '../db/free-bytes.ts';
import { AlertStore } from '../db/alert-store.ts';
import { Alerts } from '../observatory/alerts/alerts.ts';
import { Heartbeat } from '../observatory/alerts/heartbeat.ts';
import { createMail } from '../observatory/alerts/mail.ts';
import type { Receiver } from '../observatory/alerts/receiver.ts';
import { createWebhook } from '../observatory/alerts/webhook.ts';
import type { BlogConfig } from '../process/config.ts';

/** The alerts of the settings; nothing runs until they are started. */
export function createBlogAlerts(deps: {
  readonly config: BlogConfig;
  readonly database: Database;
  readonly telemetry: TelemetryQuery;
  readonly log: Logger;
  readonly now: () => number;
  /** The address listened on, once it is. */
  readonly address: () => string;
}): Alerts {
  const { config, database, telemetry, log, now, address } = deps;
  const free = new FreeBytes(config.dataDir);
  return new Alerts({
    rules: config.alertRules,
    reminderMillis: config.alertReminder,
    freeBytes: () => free.bytes,
    receivers: receiversOf(config),
    heartbeat:
      config.heartbeatUrl === undefined
        ? undefined
        : new Heartbeat({ url: config.heartbeatUrl, mayBePrivate: config.alertPrivateAddresses, now }),
    telemetry,
    store: new AlertStore(database),
    now,
    origin: () => config.publicUrl ?? address(),
    monotonicMillis: () => performance.now(),
    onFault: (error) => log.warn({ err: error }, 'failed to evaluate or record alerts; they are tried again'),
  });
}

function receiversOf({
  alertWebhookUrl,
  alertPrivateAddresses,
  alertEmail,
  alertSmtpUrl,
}: BlogConfig): readonly Receiver[] {
  return [
    ...(alertWebhookUrl === undefined
      ? []
      : [createWebhook({ url: alertWebhookUrl, mayBePrivate: alertPrivateAddresses })]),
    ...(alertEmail === undefined || alertSmtpUrl === undefined
      ? []
      : [createMail({ smtpUrl: alertSmtpUrl, to: alertEmail })]),
  ];
}
