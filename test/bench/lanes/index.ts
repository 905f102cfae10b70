import { frameworkLanes, tenantsLane } from './frameworks.ts';
import type { Lane } from './lane.ts';

/** All lanes, in the order in which they run. */
export const lanes: readonly Lane[] = [...frameworkLanes, tenantsLane];
