import type { AlertFacts, HeartbeatFacts, RuleFacts } from '../alerts/alert-facts.ts';
import { evidenceOf } from '../alerts/alert-message.ts';
import type { Delivery } from '../alerts/alert-ledger.ts';
import { html, type Html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import { LIMITS_PATH } from '../draw/checks-panel.ts';
import { csrfField } from '../draw/csrf-field.ts';
import { badge, csvLink } from '../draw/facts.ts';
import { drawTable, sheetOf, type Column } from '../draw/table.ts';
import { moment, momentText, spanText } from '../format/moment.ts';
import type { PageView } from '../page.ts';
import { plural, type Sentence } from '../sentences/sentence.ts';
import { ALERT_SILENCE_PATH, ALERT_TEST_PATH, SILENCES } from './alert-routes.ts';
import { definePage } from './define-page.ts';

const NO_ALERTS: AlertFacts = { receivers: [], rules: [], deliveries: [], heartbeat: undefined };

/** Every rule with its value against the threshold, and what was sent. */
export const alertsPage = definePage<AlertFacts>({
  path: '/alerts',
  menu: 'alerts',
  ranged: false,
  fetch: ({ alerts }) => alerts?.() ?? NO_ALERTS,
  title: () => 'Alerts',
  sentence: alertsSentence,
  draw: (facts, view) => html`
    ${facts.receivers.length === 0 ? howTo() : receivers(facts, view)}
    ${panel({
      title: 'Rules',
      note: html`from every operation ${csvLink(view)}`,
      body: drawTable(facts.rules, ruleColumns(view, facts.receivers.length > 0), {
        caption: 'Rules',
        keyOf: ({ rule }) => rule,
        view,
        empty: 'No rules.',
      }),
      foot: html`<span
        >set by ALERT_RULES; “limit” is set on <a href="${view.links.to(LIMITS_PATH)}">Limits</a>; an alert
        recovers after its for-duration, at least a minute, without its condition</span
      >`,
    })}
    ${facts.heartbeat !== undefined && heartbeat(facts.heartbeat, view)}
    ${facts.receivers.length > 0 && deliveries(facts.deliveries, view)}
  `,
  sheet: ({ rules }, view) => sheetOf(rules, ruleColumns(view, false)),
});

function alertsSentence({ receivers: named, rules, deliveries: sent }: AlertFacts, view: PageView): Sentence {
  if (named.length === 0)
    return [{ text: 'Nobody is alerted: neither a webhook nor an e-mail address is set.' }];
  const firing = rules.filter(({ state }) => state === 'firing');
  const pending = rules.filter(({ state }) => state === 'pending');
  const unjudged = rules.filter(({ state }) => state === 'not judged');
  const [first] = firing;
  const lost = sent.filter(({ state }) => state === 'given up').length;
  return [
    first === undefined
      ? { text: 'No alert is firing.', tone: 'good' }
      : {
          text: `${plural(firing.length, 'alert')} ${firing.length === 1 ? 'is' : 'are'} firing`,
          tone: 'failed',
        },
    ...(first === undefined
      ? []
      : [{ text: ': ' }, { text: first.words, href: evidenceLink(first, view) }, { text: '.' }]),
    ...(pending.length === 0 ? [] : [{ text: ` ${plural(pending.length, 'rule')} pending.` }]),
    ...(unjudged.length === 0
      ? []
      : [
          {
            text: ` ${plural(unjudged.length, 'rule')} of ${rules.length} cannot judge now; the table says why.`,
          },
        ]),
    ...(lost === 0
      ? []
      : [{ text: ` ${plural(lost, 'message')} could not be delivered.`, tone: 'failed' as const }]),
  ];
}

function evidenceLink({ source }: RuleFacts, { links }: PageView): string {
  const { path, query } = evidenceOf(source);
  return links.to(path, query);
}

function receivers({ receivers: named }: AlertFacts, view: PageView): Html {
  return panel({
    title: 'Receivers',
    body: html`<p>${named.map((words, index) => html`${index > 0 && '; '}<bdi>${words}</bdi>`)}</p>
      <form method="post" action="${view.links.base}${ALERT_TEST_PATH}">
        ${csrfField(view)}
        <button type="submit">Send a test</button>
      </form>`,
  });
}

function heartbeat({ host, last, heardMillis }: HeartbeatFacts, { now }: PageView): Html {
  const isHeard = last === undefined || last.outcome === 'sent';
  return panel({
    title: 'Heartbeat',
    note: 'set by ALERT_HEARTBEAT_URL; every minute',
    body: html`<p>
      <bdi>${host}</bdi>
      ${last === undefined ? 'has not answered yet' : html`${badge(isHeard ? 'heard' : 'not heard', isHeard ? undefined : 'failed')} at ${moment(last.atMillis, now)}: <bdi>${last.result}</bdi>`}.
      ${!isHeard && html`${heardMillis === undefined ? 'None was heard since the start.' : html`The last one that was heard was at ${moment(heardMillis, now)}.`}`}
    </p>`,
  });
}

const TONES = {
  firing: 'failed',
  pending: 'slow',
  over: 'slow',
  'not judged': 'quiet',
  fine: undefined,
} as const;

function ruleColumns(view: PageView, canBeSilenced: boolean): readonly Column<RuleFacts>[] {
  const { now } = view;
  return [
    {
      label: 'rule',
      key: 'rule',
      value: ({ rule }) => rule,
      cell: (row) =>
        html`<a href="${evidenceLink(row, view)}"><bdi>${row.rule}</bdi></a
          ><bdi class="only-narrow callers">${row.words}</bdi>`,
    },
    {
      label: 'state',
      key: 'state',
      value: ({ state }) => state,
      cell: ({ state, sinceMillis }) =>
        html`${badge(state, TONES[state])}${sinceMillis !== undefined && html` since ${moment(sinceMillis, now)}`}`,
    },
    {
      label: 'now',
      key: 'now',
      room: 'mid',
      value: ({ words }) => words,
      cell: ({ words }) => html`<bdi class="alert-words">${words}</bdi>`,
    },
    {
      label: 'value',
      key: 'value',
      align: 'number',
      room: 'wide',
      value: ({ value }) => value,
      cell: ({ valueText }) => valueText,
    },
    {
      label: 'alert from',
      key: 'threshold',
      room: 'wide',
      value: ({ threshold }) => threshold,
      cell: ({ thresholdText }) => thresholdText,
    },
    {
      label: 'silence',
      key: 'silenced_until',
      value: ({ silencedUntilMillis }) =>
        silencedUntilMillis === undefined ? undefined : new Date(silencedUntilMillis).toISOString(),
      cell: (row) =>
        canBeSilenced
          ? silenceForm(row, view)
          : row.silencedUntilMillis === undefined
            ? '–'
            : `until ${momentText(row.silencedUntilMillis, now)}`,
    },
  ];
}

function silenceForm({ rule, silencedUntilMillis }: RuleFacts, view: PageView): Html {
  const isSilenced = silencedUntilMillis !== undefined;
  return html`<form class="silence" method="post" action="${view.links.base}${ALERT_SILENCE_PATH}">
    ${csrfField(view)}<input type="hidden" name="rule" value="${rule}" />
    ${
      isSilenced
        ? html`until ${moment(silencedUntilMillis, view.now)}
            <button type="submit" name="hours" value="" aria-label="End the silence of ${rule}">End</button>`
        : html`<select name="hours" aria-label="Length of the silence of ${rule}">
              ${SILENCES.map(([hours, words]) => html`<option value="${hours}">${words}</option>`)}
            </select>
            <button type="submit" aria-label="Silence ${rule}">Silence</button>`
    }
  </form>`;
}

function deliveries(rows: readonly Delivery[], view: PageView): Html {
  const columns: readonly Column<Delivery>[] = [
    {
      label: 'message',
      cell: ({ sentence, createdAtMillis }) =>
        html`<bdi>${sentence}</bdi
          ><span class="only-narrow callers">${moment(createdAtMillis, view.now)}</span>`,
    },
    { label: 'written', room: 'mid', cell: ({ createdAtMillis }) => moment(createdAtMillis, view.now) },
    { label: 'receiver', room: 'wide', cell: ({ receiver }) => receiver },
    {
      label: 'result',
      cell: ({ state, attempts, result }) =>
        html`${badge(state, state === 'given up' ? 'failed' : state === 'waiting' ? 'slow' : undefined)}
        ${result !== undefined && html`<bdi>${result}</bdi>`}
        ${attempts > 1 && html`<span class="quiet">after ${plural(attempts, 'attempt')}</span>`}`,
    },
    { label: 'id', room: 'wide', cell: ({ id }) => html`<code class="id">${id}</code>` },
  ];
  return panel({
    title: 'Messages',
    note: 'the newest 20',
    body: drawTable(rows, columns, {
      caption: 'Messages',
      keyOf: ({ id, receiver }) => `${id} ${receiver}`,
      view,
      still: true,
      empty: 'None yet. A test shows whether they arrive.',
    }),
    foot: html`<span
      >a message that fails is tried again, after ${spanText(15_000)} at first, for a day; it keeps its id, by
      which a receiver recognises a repetition</span
    >`,
  });
}

function howTo(): Html {
  return panel({
    className: 'prose',
    title: 'How to enable it',
    body: html`<ol class="steps">
      <li>
        Name a receiver in the environment or in <code>.env</code>: a webhook, also that of a chat service, or
        an e-mail address and its mail server.
        <pre class="sql"><code>ALERT_WEBHOOK_URL=https://hooks.example/…
ALERT_EMAIL=me@blog.example
ALERT_SMTP_URL=smtps://user:password@mail.example</code></pre>
      </li>
      <li>Restart the blog. The rules below then apply; ALERT_RULES changes them.</li>
      <li>Send a test from this page.</li>
    </ol>`,
  });
}
