/**
 * Attack 7 with `paillier`: the proof beside each share says whose is wrong. `SLOW=1`: the key ceremony takes a
 * minute of two cores.
 */
import { expect, test } from 'vitest';
import { verifyEvidenceFile } from '../../clients/evidence-file.ts';
import { fetchResult } from '../../clients/output-party.ts';
import { RECEIVER } from '../fixtures/local-network.ts';
import { HOSTILE_KEY_HOLDER, PATIENCE, Stage } from './hostile/stage.ts';

test('a wrong share with paillier names its holder, and nothing is acknowledged', async (context) => {
  if (process.env['SLOW'] !== '1') return context.skip('the key ceremony takes a minute; SLOW=1 mounts it');
  await using stage = await Stage.start({ programs: { 'holder-3': HOSTILE_KEY_HOLDER } });
  const task = await stage.propose('releases a wrong share', { scheme: 'paillier' });
  const office = await stage.session(RECEIVER);
  await office.until(task.id, ({ jointKey }) => jointKey, { timeoutMs: 600_000 });
  await stage.submit(task);
  const fetched = () => fetchResult(office, task.id, PATIENCE);
  const error = await stage.refused('the output party', fetched, 'SHARE_INVALID');
  expect(error.details).toMatchObject({ party: 'holder-3' });
  const { digest } = office.profile.consortium;
  const proven = await verifyEvidenceFile(String(error.details['evidence']), digest);
  expect(proven).toMatchObject({ kind: 'wrong-share', accused: 'holder-3', code: 'SHARE_INVALID' });
  expect((await stage.witness(task)).delivery).toBeUndefined();
}, 900_000);
