/** All suites, in the order in which they run. */
import type { Suite } from '../harness/suite.ts';
import { blocks } from './blocks.ts';
import { limits } from './limits.ts';

export const SUITES: readonly Suite[] = [limits, blocks];
