/** What a local run tells beside its result: phases, memory, files. */
import type { LocalRunReport } from '../local-run.ts';
import { bytes, seconds } from './output.ts';
import { table } from '../table.ts';

export function reportAsJson({
  document,
  phases,
  elapsedMs,
  memory,
  resultFile,
  receiptFile,
}: LocalRunReport): object {
  return { ...document, phases, elapsedMs, memory: Object.fromEntries(memory), resultFile, receiptFile };
}

export function reportAsText({ phases, elapsedMs, memory, resultFile, receiptFile }: LocalRunReport): string {
  const rows = phases.map((phase) => [phase.phase, seconds(phase.ms), bytes(phase.bytes)]);
  const peaks = [...memory].map(([name, peak]) => `${name} ${(peak / 1e6).toFixed(0)} MB`).join(', ');
  return [
    table(['phase', 'time', 'bytes on the board'], rows),
    '',
    `From proposal to verified result: ${seconds(elapsedMs)}`,
    ...(peaks === '' ? [] : [`Peak memory: ${peaks}`]),
    `Result:  ${resultFile}`,
    `Receipt: ${receiptFile}   (check it with: strongroom verify ${receiptFile})`,
  ].join('\n');
}
