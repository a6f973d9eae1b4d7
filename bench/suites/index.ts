/** All suites, in the order in which they run. */
import type { Suite } from '../harness/suite.ts';
import { aggregator } from './aggregator.ts';
import { blocks } from './blocks.ts';
import { ceremonies } from './ceremonies.ts';
import { growth } from './growth.ts';
import { keyHolder } from './key-holder.ts';
import { limits } from './limits.ts';
import { linkage } from './linkage.ts';
import { products } from './products.ts';
import { provider } from './provider.ts';
import { tasks } from './tasks.ts';

export const SUITES: readonly Suite[] = [
  limits,
  blocks,
  products,
  provider,
  aggregator,
  keyHolder,
  ceremonies,
  linkage,
  growth,
  tasks,
];
