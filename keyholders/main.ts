/** The process of a key holder. */
import { runDaemon } from '../transport/daemon.ts';
import { runKeyHolder } from './service.ts';

await runDaemon('key-holder', runKeyHolder);
