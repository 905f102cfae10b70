import { firstRequestLane, importLane } from './cold-start.ts';
import { frameworkLanes, tenantsLane } from './frameworks.ts';
import type { Lane } from './lane.ts';
import { latencyLane } from './latency.ts';
import { localLanes } from './local.ts';
import { memoryLane } from './memory.ts';
import { microLanes } from './micro.ts';
import { stsLane } from './sts.ts';

/** All lanes, in the order in which they run. */
export const lanes: readonly Lane[] = [
  ...frameworkLanes,
  tenantsLane,
  stsLane,
  latencyLane,
  ...microLanes,
  memoryLane,
  importLane,
  firstRequestLane,
  ...localLanes,
];

/** The lanes that `--only` selects: a name or a group. */
export function lanesNamed(name: string): readonly Lane[] {
  return lanes.filter((lane) => lane.name === name || lane.group === name);
}
