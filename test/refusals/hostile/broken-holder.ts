/**
 * A key holder that breaks one rule, named by STRONGROOM_BROKEN: the honest one with one behaviour changed. It is
 * what the conformance harness must find.
 */
import { join } from 'node:path';
import { Journal, type Said } from '../../../keyholders/journal.ts';
import { KeyHolder, type KeyHolderOptions } from '../../../keyholders/key-holder.ts';
import { runKeyHolder } from '../../../keyholders/service.ts';
import { runDaemon } from '../../../transport/daemon.ts';
import type { UnlockKey } from '../../../trust/at-rest.ts';
import type { Content, Kind } from '../../../trust/documents.ts';
import { evaluate, inputSetOf } from '../../../trust/evaluation.ts';
import { sha256Hex } from '../../../trust/digest.ts';
import type { TaskLife } from '../../../trust/life.ts';

const BROKEN = process.env['STRONGROOM_BROKEN'] ?? '';

/** The task as a holder sees it that looks away: some of it is replaced. */
function seenAs(task: TaskLife, replaced: Record<string, unknown>): TaskLife {
  const properties = Object.entries(replaced).map(([name, value]) => [name, { value }] as const);
  return Object.create(task, Object.fromEntries(properties)) as TaskLife;
}

class BrokenHolder extends KeyHolder {
  readonly #board: KeyHolderOptions['board'];

  constructor(options: KeyHolderOptions) {
    super(options);
    this.#board = options.board;
  }

  override async attend(task: TaskLife): Promise<void> {
    if (BROKEN === 'keeps its share' && (task.ending !== undefined || task.delivery !== undefined)) return;
    await super.attend(await this.#seen(task));
  }

  async #seen(task: TaskLife): Promise<TaskLife> {
    if (BROKEN === 'opens early' && task.phase === 'APPROVING' && task.approvals.size === 2) {
      return seenAs(task, { phase: 'KEYING', isCommitted: () => true });
    }
    if (BROKEN === 'knows no deadline') {
      return seenAs(task, { deadline: () => new Date(Date.now() + 3_600_000) });
    }
    if (BROKEN === 'believes the date of a seal' && task.seal !== undefined) {
      const payload = { ...task.seal.payload, at: new Date(0).toISOString() };
      return seenAs(task, { seal: { ...task.seal, payload } });
    }
    if (BROKEN === 'does not compare' && task.evaluation !== undefined && task.ending === undefined) {
      const outputs = await evaluate(inputSetOf(task), (signed) => this.#board.getAll(signed));
      const own = outputs.map((output) => ({ digest: sha256Hex(output), size: output.length }));
      const payload = { ...task.evaluation.payload, outputs: own };
      return seenAs(task, { evaluation: { ...task.evaluation, payload } });
    }
    return task;
  }

  protected override async shares(task: TaskLife, outputs: readonly Uint8Array[]): Promise<Uint8Array[]> {
    const shares = await super.shares(task, outputs);
    if (BROKEN === 'releases a wrong share') {
      for (const share of shares) share.set(share.slice(-16, -8), share.length - 8);
    }
    return shares;
  }

  protected override sign<K extends Kind>(
    task: TaskLife,
    kind: K,
    content: Content<K>,
    blob: Uint8Array | undefined,
  ): Said {
    const lie = (changes: object): Said => super.sign(task, kind, { ...content, ...changes }, blob);
    if (BROKEN === 'names another receiver' && kind === 'release') return lie({ receiver: 'north' });
    if (BROKEN === 'approves another plan' && kind === 'approval') return lie({ plan: '0'.repeat(64) });
    if (BROKEN === 'seals something else' && kind === 'release') return lie({ opened: '0'.repeat(64) });
    return super.sign(task, kind, content, blob);
  }
}

/** It forgets what it has said, and so says it anew. */
class ForgetfulJournal extends Journal {
  override said(): undefined {
    return undefined;
  }

  override say(): void {
    // Nothing is written down.
  }

  override holds(): boolean {
    return true;
  }
}

function create(options: KeyHolderOptions, folder: string, unlock: UnlockKey): KeyHolder {
  if (BROKEN !== 'forgets what it has said') return new BrokenHolder(options);
  return new BrokenHolder({
    ...options,
    journal: new ForgetfulJournal(join(folder, 'forgetful.db'), unlock),
  });
}

await runDaemon('key-holder', (profile, log, stop, ready) =>
  runKeyHolder(profile, log, stop, ready, (options) => create(options, profile.state, profile.unlock)),
);
