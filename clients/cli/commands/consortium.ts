/** `consortium assemble | sign | show | pin`: who takes part, agreed and pinned by everybody. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import * as yaml from 'yaml';
import { StrongroomError } from '../../../proto/errors.ts';
import { CONFIG_FILE, openOwnIdentity } from '../../../transport/profile.ts';
import { assembleConsortium, signConsortium } from '../../../trust/consortium-signing.ts';
import { openConsortium, type Consortium } from '../../../trust/consortium.ts';
import { signerOf } from '../../../trust/identity.ts';
import { writeFileAtomic } from '../../../trust/storage/files.ts';
import type { Context } from '../output.ts';
import { withSession } from '../with-session.ts';
import { table } from '../../table.ts';
import { readCard } from '../card-file.ts';

export function addConsortiumCommands(program: Command, context: () => Context): void {
  const consortium = program
    .command('consortium')
    .description('Assemble, sign and pin the consortium document.');

  consortium
    .command('assemble')
    .summary('put cards together into an unsigned document')
    .argument('<cards...>', 'the card files of all parties')
    .requiredOption('--name <name>', 'the name of the consortium, and of its log')
    .requiredOption('--key-holders <names...>', 'the standing key holders, all of whom must sign')
    .requiredOption('--out <file>', 'where the document goes')
    .option('--previous <file>', 'the version that this one replaces')
    .addHelpText(
      'after',
      `
Example:
  $ strongroom consortium assemble */card.json --name wages --out consortium.json \\
      --key-holders office-a office-b office-c`,
    )
    .action(async (files: string[], options: AssembleOptions) => {
      const { output } = context();
      const bytes = assembleConsortium({
        name: options.name,
        parties: files.map(readCard),
        keyHolders: options.keyHolders,
        ...(options.previous === undefined ? {} : { previous: openConsortium(read(options.previous)) }),
      });
      await writeFileAtomic(options.out, bytes);
      output.result(
        { file: options.out, mustSign: options.keyHolders },
        `Wrote ${options.out}. Now each of ${options.keyHolders.join(', ')} signs it: strongroom consortium sign ${options.out}`,
      );
    });

  consortium
    .command('sign')
    .summary('sign the document as a standing key holder')
    .argument('<file>', 'the document; the signature is added to it')
    .addHelpText('after', '\nExample:\n  $ strongroom --profile ./office-a consortium sign consortium.json')
    .action(async (file: string) => {
      const { output, profile } = context();
      const identity = openOwnIdentity(profile);
      await writeFileAtomic(file, signConsortium(read(file), signerOf(identity)));
      output.result({ file, signedBy: identity.card.party }, `${identity.card.party} has signed ${file}.`);
    });

  consortium
    .command('show')
    .summary('check the signatures and list the parties')
    .argument('<file>', 'the signed document')
    .action((file: string) => {
      const opened = openConsortium(read(file));
      context().output.result(
        { digest: opened.digest, name: opened.name, version: opened.version, parties: opened.parties },
        describe(opened),
      );
    });

  consortium
    .command('publish')
    .summary('put the next version into the log')
    .description(
      'Appends a version that succeeds the present one to the log, where every process finds it. It must be signed\n' +
        'by the standing key holders of both versions. Restart the aggregator where parties have joined.',
    )
    .argument('<file>', 'the signed document')
    .addHelpText(
      'after',
      '\nExample:\n  $ strongroom --profile ./office-a consortium publish consortium-2.json',
    )
    .action(async (file: string) => {
      const { output, profile } = context();
      await withSession(profile, async ({ board }) => {
        await board.append(read(file));
        await board.refresh();
        const { digest, version } = board.book.consortium;
        output.result({ digest, version }, `Version ${version} is in force: ${digest}`);
      });
    });

  consortium
    .command('pin')
    .summary('pin the document in a profile')
    .description(
      'Checks the document, and writes it and its digest into the profile. Compare the digest with the others.',
    )
    .argument('<file>', 'the signed document')
    .requiredOption('--aggregator <host:port>', 'where the aggregator listens')
    .option('--key-file', 'the identity is sealed with unlock.key, not with a passphrase')
    .addHelpText(
      'after',
      '\nExample:\n  $ strongroom --profile ./office-a consortium pin consortium.json --aggregator agg.example.org:7411',
    )
    .action(async (file: string, options: { aggregator: string; keyFile?: boolean }) => {
      const { output, profile } = context();
      const bytes = read(file);
      const opened = openConsortium(bytes);
      await writeFileAtomic(join(profile, 'consortium.json'), bytes);
      writeConfig(join(profile, CONFIG_FILE), {
        aggregator: options.aggregator,
        consortium: { file: 'consortium.json', digest: opened.digest },
        ...(options.keyFile === true ? { unlock: { 'key-file': 'unlock.key' } } : {}),
      });
      output.result(
        { digest: opened.digest },
        `Pinned ${opened.name}, version ${opened.version}: ${opened.digest}`,
      );
    });
}

interface AssembleOptions {
  readonly name: string;
  readonly keyHolders: string[];
  readonly out: string;
  readonly previous?: string;
}

/** Keeps what the operator has set; comments in the file are kept too. */
function writeConfig(file: string, values: Record<string, unknown>): void {
  const document = existsSync(file) ? yaml.parseDocument(readFileSync(file, 'utf8')) : new yaml.Document({});
  for (const [key, value] of Object.entries(values)) document.set(key, value);
  writeFileSync(file, document.toString(), { mode: 0o600 });
}

function read(file: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(file));
  } catch (cause) {
    throw new StrongroomError('NOT_FOUND', `The consortium document ${file} cannot be read.`, { cause });
  }
}

function describe({ name, version, digest, parties, keyHolders }: Consortium): string {
  const rows = parties.map(({ party, organisation, jurisdiction, roles }) => [
    party,
    organisation,
    jurisdiction,
    `${roles.join(', ')}${keyHolders.includes(party) ? ' (standing)' : ''}`,
  ]);
  return `${name}, version ${version}, signed by all standing key holders\ndigest ${digest}\n\n${table(['party', 'organisation', 'where', 'roles'], rows)}`;
}
