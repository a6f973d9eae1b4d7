/** Processor time of other processes, as Linux counts it. */
import { readFileSync } from 'node:fs';

/** `getconf CLK_TCK`: in which /proc counts. */
const TICKS_PER_SECOND = 100;

/** Seconds of user and system time of a process so far, all its threads (proc_pid_stat(5), fields 14 and 15). */
export function processorSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
