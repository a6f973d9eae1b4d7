/** The state of a task as a person reads it. */
import type { Summary } from '../../trust/summary.ts';

export function stateInWords(state: Summary): string {
  const lines = [
    ['task', state.task],
    ['title', state.title],
    ['phase', `${state.phase} ${state.progress}`.trimEnd()],
    ['proposed', `${state.proposedAt} by ${state.proposedBy}`],
    ['approved by', state.approved.join(', ')],
    ['submitted by', state.submitted.join(', ')],
    ['released by', state.released.join(', ')],
    ['shredded by', state.shredded.join(', ')],
    ['due by', state.deadline ?? ''],
    [
      'ended by',
      state.ending === null ? '' : `${state.ending.by} [${state.ending.code}]: ${state.ending.detail}`,
    ],
    ...state.ignored.map(({ by, kind, code, why }) => ['ignored', `${kind} of ${by} [${code}]: ${why}`]),
  ];
  return lines
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${(name ?? '').padEnd(13)}${value ?? ''}`)
    .join('\n');
}
