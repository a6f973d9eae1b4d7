/** The threads of a controller: what takes seconds, beside the daemon, which fetches what they need. */
import { fetchOne } from '../../trust/evaluation.ts';
import { verifyEvidence } from '../../trust/evidence.ts';
import { serveCalls } from '../../trust/threads/serve.ts';
import { recompute } from './recompute.ts';
import type { ControllerCalls } from './thread-calls.ts';

serveCalls<ControllerCalls>({
  recompute,
  prove: async ({ evidence, pinned }, fetchAll) => {
    const beside = (digest: string): Promise<Uint8Array> => fetchOne(fetchAll, '', { digest, size: 0 });
    const { accused, task, code, says } = await verifyEvidence(evidence, { pinned, beside });
    return { accused, code, says, ...(task === undefined ? {} : { task }) };
  },
});
