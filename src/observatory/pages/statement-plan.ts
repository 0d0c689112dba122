import { html, type Html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import { badge } from '../draw/facts.ts';
import type { PageRequest, PageView } from '../page.ts';

/** The result of `EXPLAIN QUERY PLAN`, if requested. */
export interface StatementPlan {
  readonly steps: readonly string[];
  /** Why there is no plan. */
  readonly problem: string | undefined;
}

/** The plan of a statement that telemetry has recorded; text from the address is never passed to SQLite. */
export function statementPlan(
  { query, explain }: Pick<PageRequest, 'query' | 'explain'>,
  statementText: string | undefined,
): StatementPlan | undefined {
  if (query['explain'] !== '1') return undefined;
  const none = (problem: string): StatementPlan => ({ steps: [], problem });
  if (explain === undefined) return none('There is no database here to ask for a plan.');
  if (statementText === undefined)
    return none('The text of this statement is not known yet. Try again after it has run.');
  try {
    const steps = explain(statementText);
    return steps.length === 0
      ? none('SQLite returned no plan: the statement reads no table.')
      : { steps, problem: undefined };
  } catch (error) {
    return none(`No plan: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

/** Names of subqueries and views that a plan materialises or runs as co-routines. */
export function madeBy(steps: readonly string[]): ReadonlySet<string> {
  return new Set(steps.flatMap((step) => /^\s*(?:CO-ROUTINE|MATERIALIZE) (\S+)/.exec(step)?.[1] ?? []));
}

/** A remark on a costly step; undefined if there is nothing to say. */
export function stepRemark(step: string, made: ReadonlySet<string> = new Set()): string | undefined {
  // A subquery of the plan is not a table.
  const scanned = /^\s*SCAN (\S+)/.exec(step)?.[1];
  if (scanned !== undefined && made.has(scanned)) return undefined;
  if (/^\s*SCAN /.test(step) && !/ USING (?:COVERING )?INDEX| VIRTUAL TABLE|CONSTANT ROW/.test(step))
    return 'reads every row';
  if (/USE TEMP B-TREE/.test(step)) return 'sorts in memory';
  if (/AUTOMATIC (?:PARTIAL )?(?:COVERING )?INDEX/.test(step)) return 'builds an index for this one run';
  return undefined;
}

export function planPanel(plan: StatementPlan | undefined, name: string, view: PageView): Html {
  if (plan === undefined)
    return panel({
      title: 'Query plan',
      body: html`<p>
        <a class="button" href="${view.links.to('/statement', { name, explain: 1 })}">Explain query plan</a>
      </p>`,
      foot: html`<span>asks SQLite for its plan; the statement is not run</span>`,
    });
  return panel({
    title: 'Query plan',
    note: html`current plan with parameters bound to NULL; the statement is not run`,
    body:
      plan.problem !== undefined
        ? html`<p class="quiet">${plan.problem}</p>`
        : html`<ol class="plan">
            ${plan.steps.map((step) => {
              const remark = stepRemark(step, madeBy(plan.steps));
              const depth = Math.min(6, (step.length - step.trimStart().length) / 2);
              return html`<li class="depth-${depth}">
                <code>${step.trim()}</code> ${remark !== undefined && badge(remark, 'slow')}
              </li>`;
            })}
          </ol>`,
    foot: html`<a href="${view.links.to('/statement', { name })}">hide the plan</a>`,
  });
}
