/** `party init` and `party card`: an identity of one's own. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Option, type Command } from 'commander';
import { StrongroomError } from '../../../proto/errors.ts';
import { unlockKeyFrom } from '../../../trust/at-rest.ts';
import { ROLES, type Card, type Role } from '../../../trust/card.ts';
import { sha256Hex, unbase64 } from '../../../trust/digest.ts';
import { writeIdentity } from '../../../trust/identity-file.ts';
import { createIdentity } from '../../../trust/identity-making.ts';

interface InitOptions {
  readonly name: string;
  readonly organisation: string;
  readonly jurisdiction: string;
  readonly role: readonly Role[];
  readonly keyFile?: boolean;
}

import { readCard } from '../card-file.ts';
import type { Context } from '../output.ts';

export function addPartyCommands(program: Command, context: () => Context): void {
  const party = program.command('party').description('Make and show identities.');

  party
    .command('init')
    .summary('make an identity')
    .description(
      'Makes the keys of a party in the folder --profile: signing, sealing and TLS. The secrets are sealed with the\n' +
        'passphrase in STRONGROOM_PASSPHRASE, or with a fresh key file. The public card is for the consortium.',
    )
    .requiredOption('--name <name>', 'lower-case letters, digits, hyphens')
    .requiredOption('--organisation <text>', 'the institution that it belongs to')
    .requiredOption('--jurisdiction <code>', 'a country code such as NL')
    .addOption(new Option('--role <roles...>', 'what it may do').choices(ROLES).makeOptionMandatory())
    .option('--key-file', 'seal with a fresh key file in the folder, unlock.key, instead of a passphrase')
    .addHelpText(
      'after',
      `
Example:
  $ export STRONGROOM_PASSPHRASE=…
  $ strongroom --profile ./office party init --name office-a --organisation "Statistics A" \\
      --jurisdiction NL --role processing`,
    )
    .action(async (options: InitOptions) => {
      const { output, profile } = context();
      const identity = await createIdentity({ ...options, roles: options.role });
      if (existsSync(join(profile, 'identity.sealed'))) {
        throw new StrongroomError('USAGE', `${profile} holds an identity already; choose another folder.`);
      }
      mkdirSync(profile, { recursive: true, mode: 0o700 });
      writeIdentity(profile, identity, unlockFor(profile, options.keyFile === true));
      output.result(
        { card: identity.card, file: join(profile, 'card.json') },
        `Made ${identity.card.party} in ${profile}.\nGive card.json to whoever assembles the consortium document.\n${describe(identity.card)}`,
      );
    });

  party
    .command('card')
    .summary('print the public card of a party')
    .argument('[card]', 'a card file; by default that of --profile')
    .action((file: string | undefined) => {
      const { output, profile } = context();
      const card = readCard(file ?? join(profile, 'card.json'));
      output.result(card, describe(card));
    });
}

function unlockFor(profile: string, withKeyFile: boolean): ReturnType<typeof unlockKeyFrom> {
  if (withKeyFile) {
    const keyFile = join(profile, 'unlock.key');
    writeFileSync(keyFile, randomBytes(32), { mode: 0o600, flag: 'wx' });
    return unlockKeyFrom({ keyFile });
  }
  const passphrase = process.env['STRONGROOM_PASSPHRASE'];
  if (passphrase === undefined || passphrase === '') {
    throw new StrongroomError('USAGE', 'Put a passphrase into STRONGROOM_PASSPHRASE, or add --key-file.');
  }
  return unlockKeyFrom({ passphrase });
}

function describe(card: Card): string {
  return [
    `party         ${card.party}`,
    `organisation  ${card.organisation} (${card.jurisdiction})`,
    `roles         ${card.roles.join(', ')}`,
    `signing key   ${card.signingKey}`,
    `certificate   SHA-256 ${sha256Hex(unbase64(card.tlsCertificate))}`,
  ].join('\n');
}
