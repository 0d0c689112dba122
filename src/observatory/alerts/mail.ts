import { createTransport, type SMTPTransportOptions } from 'nodemailer';
import { subjectOf, type AlertMessage } from './alert-message.ts';
import { MAX_ATTEMPT_MILLIS, type Attempt, type Receiver } from './receiver.ts';

export interface MailOptions {
  /** `smtps://user:password@host:465` or `smtp://…`. */
  readonly smtpUrl: string;
  /** The first is also the sender. */
  readonly to: readonly string[];
  readonly maxMillis?: number;
}

const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;
const SUBMISSION_PORT = 587;
const TLS_PORT = 465;

/** Sends messages by SMTP, with their id in `Message-ID`. TLS is required unless the server is on this machine. */
export function createMail({ smtpUrl, to, maxMillis = MAX_ATTEMPT_MILLIS }: MailOptions): Receiver {
  const { host, ...options } = transportOf(smtpUrl, maxMillis);
  const [from = ''] = to;
  const domain = from.slice(from.indexOf('@') + 1);
  return {
    name: 'e-mail',
    words: `e-mail to ${to.join(', ')} by ${host ?? ''}`,
    async send(message, signal) {
      const transport = createTransport({ ...options, host });
      const late = AbortSignal.any([signal, AbortSignal.timeout(maxMillis)]);
      try {
        return await Promise.race([
          transport
            .sendMail({
              from,
              to: [...to],
              messageId: `<${message.id}@${domain}>`,
              subject: subjectOf(message),
              text: bodyOf(message),
              headers: { 'Auto-Submitted': 'auto-generated' },
            })
            .then(
              ({ response }): Attempt => ({ outcome: 'sent', result: `answered ${shortened(response)}` }),
              faultOf,
            ),
          ended(late, maxMillis),
        ]);
      } finally {
        transport.close();
      }
    },
  };
}

function transportOf(smtpUrl: string, maxMillis: number): SMTPTransportOptions {
  const url = new URL(smtpUrl);
  const secure = url.protocol === 'smtps:';
  const isLocal = LOOPBACK.test(url.hostname);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? TLS_PORT : SUBMISSION_PORT) : Number(url.port),
    secure,
    requireTLS: !secure && !isLocal,
    // A local relay often has a certificate of its own making.
    ignoreTLS: !secure && isLocal,
    ...(url.username !== '' && {
      auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) },
    }),
    connectionTimeout: maxMillis,
    greetingTimeout: maxMillis,
    socketTimeout: maxMillis,
    dnsTimeout: maxMillis,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

function bodyOf({ alerts, at, id }: AlertMessage): string {
  const paragraphs = alerts.map(({ sentence, rule, link }) => `${sentence}\n${link}\nRule: ${rule}`);
  return `${paragraphs.join('\n\n')}\n\n${at}, message ${id}\n`;
}

/** Resolves when the signal aborts. */
function ended(signal: AbortSignal, maxMillis: number): Promise<Attempt> {
  return new Promise((settle) => {
    signal.addEventListener(
      'abort',
      () => settle({ outcome: 'failed', result: `no answer within ${maxMillis / 1000} s` }),
      {
        once: true,
      },
    );
  });
}

/** A reply of 500 and more is final (RFC 5321, section 4.2.1). */
function faultOf(error: Error & { readonly responseCode?: number; readonly response?: string }): Attempt {
  const { responseCode = 0, response } = error;
  if (response !== undefined && responseCode > 0)
    return { outcome: responseCode >= 500 ? 'refused' : 'failed', result: `answered ${shortened(response)}` };
  return { outcome: 'failed', result: `not sent: ${shortened(error.message)}` };
}

function shortened(words: string): string {
  const line = words.replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim();
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}
