/**
 * `node bench/trust.ts witnessing|controller|controller-paillier [--runs N]`: what it costs that nobody is believed, in
 * tasks between real daemons, as JSON. Linux only.
 */
import { parseArgs } from 'node:util';
import { measureController } from './controller.ts';
import { measureWitnessing } from './witnessing.ts';

const FIGURES: Readonly<Record<string, (runs: number) => Promise<unknown>>> = {
  /** How long a release waits for the cosignatures of all key holders, in milliseconds. */
  witnessing: measureWitnessing,
  /** Processor time of a controller for each task of three input parties. */
  controller: (runs) => measureController(runs, 'bfv'),
  'controller-paillier': (runs) => measureController(runs, 'paillier'),
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '4' } },
});
const [name = ''] = positionals;
const measure = FIGURES[name];
const runs = Number(values.runs);
if (measure === undefined || !Number.isSafeInteger(runs) || runs < 1) {
  console.error(`Name one of ${Object.keys(FIGURES).join(', ')}, and with --runs how many tasks.`);
  process.exitCode = 2;
} else {
  console.log(JSON.stringify(await measure(runs), null, 1));
}
