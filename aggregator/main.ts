/** The process of the aggregator. */
import { runDaemon } from '../transport/daemon.ts';
import { runAggregator } from './service.ts';

await runDaemon('aggregator', runAggregator);
