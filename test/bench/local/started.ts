import { BatchWriteItemCommand, CreateTableCommand, type CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { PurgeQueueCommand } from '@aws-sdk/client-sqs';
import { ordersTable, table } from '../../support/notes-aws.ts';
import { Child } from '../child.ts';
import { plainEnvironment } from '../lanes/micro.ts';
import type { Plan } from '../plan.ts';
import type { CandidateName } from './candidates.ts';
import { clientsOf, order } from './requests.ts';
import type { StartedServer } from './server.ts';

const BATCH = 25;
const PARALLEL = 20;

/** Starts a candidate in its own process. */
export async function startCandidate(
  name: CandidateName,
  title: string,
  { profiles }: Pick<Plan, 'profiles'>,
): Promise<{ server: Child; started: StartedServer }> {
  const file = `local-${title}-${name}`.replace(/\W+/g, '-');
  const profile = profiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`, `--cpu-prof-name=${file}.cpuprofile`];
  const [server, started] = await Child.start<StartedServer>('local/server.ts', {
    args: [name],
    env: plainEnvironment(),
    execArgv: ['--expose-gc', ...profile],
  });
  return { server, started };
}

/** Puts orders of the tenant into the table, which dynalite alone does not have yet. */
export async function putOrders(name: CandidateName, started: StartedServer, count: number): Promise<void> {
  const { dynamodb } = clientsOf(started, started.admin);
  if (name === 'dynalite') await dynamodb.send(new CreateTableCommand(ordersTable as unknown as CreateTableCommandInput));
  const batches = Array.from({ length: Math.ceil(count / BATCH) }, (_, batch) => batch * BATCH);
  async function work(): Promise<void> {
    for (let first = batches.pop(); first !== undefined; first = batches.pop()) {
      const items = Array.from({ length: BATCH }, (_, at) => ({ PutRequest: { Item: order((first ?? 0) + at) } }));
      await dynamodb.send(new BatchWriteItemCommand({ RequestItems: { [table]: items } }));
    }
  }
  await Promise.all(Array.from({ length: PARALLEL }, work));
  dynamodb.destroy();
}

/** Deletes the messages of the queue, also the received ones. */
export async function purgeQueue(started: StartedServer): Promise<void> {
  const { sqs } = clientsOf(started, started.admin);
  await sqs.send(new PurgeQueueCommand({ QueueUrl: started.queueUrl }));
  sqs.destroy();
}
