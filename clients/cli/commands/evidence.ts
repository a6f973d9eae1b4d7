/** `verify-evidence`: what a controller, key holder or client has found, checked by anybody. */
import type { Command } from 'commander';
import { verifyEvidenceFile } from '../../evidence-file.ts';
import type { Context } from '../output.ts';

export function addEvidenceCommand(program: Command, context: () => Context): void {
  program
    .command('verify-evidence')
    .summary('check evidence that somebody has broken the protocol, offline')
    .description(
      'Checks from the file alone that a party has broken the protocol: signatures, proofs of inclusion, and whatever\n' +
        'has to be recomputed. Needs no network and no profile. Exits with 3 where the evidence proves nothing.',
    )
    .argument(
      '<evidence>',
      'the evidence (JSON); objects that are too large for it stand beside, in FILE.objects',
    )
    .option(
      '--consortium <pin>',
      'the consortium that you know: the digest of any version of its document, or a file with it',
    )
    .addHelpText(
      'after',
      '\nExample:\n  $ strongroom verify-evidence wrong-evaluation-aggregator-3f9a1c.json --consortium consortium.json',
    )
    .action(async (file: string, options: { consortium?: string }) => {
      const { output } = context();
      const { kind, accused, task, code, says, consortium } = await verifyEvidenceFile(
        file,
        options.consortium,
      );
      const pinned = options.consortium !== undefined;
      const pin = pinned
        ? ''
        : '\nThe consortium was taken from the evidence: compare its digest with the one that you know.';
      output.result(
        { valid: true, kind, accused, task: task ?? null, code, says, consortium: consortium.digest, pinned },
        [
          `The evidence is valid: ${kind}.`,
          '',
          `accused      ${accused} (${consortium.party(accused)?.organisation ?? 'in no version of the document'})`,
          ...(task === undefined ? [] : [`task         ${task}`]),
          `rule         ${code}`,
          `what it did  ${says}`,
          `consortium   ${consortium.name}, version ${consortium.version}, digest ${consortium.digest}`,
          pin,
        ].join('\n'),
      );
    });
}
