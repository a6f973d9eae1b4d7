/** One of the threads of a contestant: `contestants.ts:inThreads`. */
import { parentPort, workerData } from 'node:worker_threads';
import { openWork, type FromThread, type ThreadWork, type ToThread } from './contestants.ts';

const work = await openWork(workerData as ThreadWork);
const tell = (message: FromThread): void => parentPort?.postMessage(message);

parentPort?.on('message', (asked: ToThread) => {
  void (async () => {
    if (asked === 'run') {
      await work.run();
      tell({ done: true });
    } else if (asked === 'answer') {
      tell({ answer: await work.answer() });
    } else {
      work[Symbol.dispose]();
      parentPort?.close();
    }
  })();
});
tell({ units: work.units });
