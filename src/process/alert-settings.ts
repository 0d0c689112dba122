import { InvalidSetting, optional, parseBoolean, parseHttpUrl, setting } from '../../otel/kit.ts';
import { lengthOf } from './alert-rule.ts';
import { parseAlertRules } from './alert-rules.ts';

const ADDRESS = /^[^\s@<>,;:"()[\]\\]+@[\w.-]+$/;
const MAX_ADDRESSES = 10;
/** Scheme, user and password, host and port; nodemailer would read options from a query. */
const SMTP = /^smtps?:\/\/(?:[^\s/?#@]+@)?[\w.-]+(?::\d+)?\/?$/;

const MIN_REMINDER = 300_000;
const MAX_REMINDER = 168 * 3_600_000;

/** Where alerts are sent, and which. */
export const ALERT_SETTINGS = {
  alertWebhookUrl: optional(
    'ALERT_WEBHOOK_URL',
    'where alerts are sent as JSON by POST, a chat service’s incoming webhook for example',
    parseHttpUrl,
    { secret: true, emptyIsNone: true },
  ),
  alertEmail: optional(
    'ALERT_EMAIL',
    'addresses that get alerts by e-mail, with commas; needs `ALERT_SMTP_URL`; the first is also the sender',
    parseAddresses,
  ),
  alertSmtpUrl: optional(
    'ALERT_SMTP_URL',
    'the mail server: `smtps://user:password@mail.example` or `smtp://…`, which must offer STARTTLS unless it is on this machine',
    parseSmtpUrl,
    { secret: true, emptyIsNone: true },
  ),
  alertRules: setting(
    'ALERT_RULES',
    'defaults',
    'when to alert, see [docs/ALERTS.md](docs/ALERTS.md); they apply if a webhook or an e-mail address is set',
    parseAlertRules,
  ),
  alertReminder: setting(
    'ALERT_REMINDER',
    '24h',
    'after what time an alert that still fires is sent again, from `5m` to `168h`, or `never`',
    parseReminder,
  ),
  heartbeatUrl: optional(
    'ALERT_HEARTBEAT_URL',
    'where the blog says every minute that it runs, for a service that alerts when it hears nothing',
    parseHttpUrl,
    { secret: true, emptyIsNone: true },
  ),
  alertPrivateAddresses: setting(
    'ALERT_PRIVATE_ADDRESSES',
    'false',
    'whether webhook and heartbeat may be on this machine or in its network',
    parseBoolean,
  ),
};

/** Milliseconds; Infinity for never. */
function parseReminder(text: string): number {
  if (text.trim() === 'never') return Infinity;
  const millis = lengthOf(text.trim());
  if (millis === undefined || millis < MIN_REMINDER || millis > MAX_REMINDER)
    throw new InvalidSetting('a length from 5m to 168h such as 24h, or never');
  return millis;
}

function parseAddresses(text: string): readonly string[] {
  const addresses = text.split(',').map((address) => address.trim());
  if (addresses.length > MAX_ADDRESSES || !addresses.every((address) => ADDRESS.test(address)))
    throw new InvalidSetting(
      `from 1 to ${MAX_ADDRESSES} addresses such as me@blog.example, with commas between them`,
    );
  return Object.freeze(addresses);
}

function parseSmtpUrl(text: string): string {
  const url = text.trim();
  if (!SMTP.test(url) || !URL.canParse(url))
    throw new InvalidSetting(
      'smtps://user:password@host or smtp://user:password@host:port, without a path or query, with user and password percent-encoded',
    );
  return url;
}
