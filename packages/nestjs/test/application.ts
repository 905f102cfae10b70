import type { INestApplication, ModuleMetadata } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import type { LocalAws } from '@tenant-aws/local';
import request from 'supertest';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { enterEnvironment, startNotesAws } from '../../../test/notes-aws.ts';

/** Every platform that Nest stands on here. */
export const platforms = ['Express', 'Fastify'] as const;
export type Platform = (typeof platforms)[number];

/** A local AWS with the notes API's bucket, table and role, and this process's environment made for it, for all of a file. */
export function notesAws(): () => LocalAws {
  let running: { aws: LocalAws; leaveEnvironment: () => void } | undefined;
  const aws = (): LocalAws => {
    if (!running) throw new Error('the local AWS runs within tests only');
    return running.aws;
  };
  beforeAll(async () => {
    const started = await startNotesAws();
    running = { aws: started, leaveEnvironment: enterEnvironment(started) };
  });
  beforeEach(() => {
    aws().calls.length = 0;
  });
  afterAll(async () => {
    running?.leaveEnvironment();
    await running?.aws.close();
  });
  return aws;
}

/** An application of a module, ready for requests. */
export async function start(
  platform: Platform,
  metadata: ModuleMetadata,
  prepare?: (app: INestApplication) => void,
): Promise<INestApplication> {
  const testing = await Test.createTestingModule(metadata).compile();
  return started(platform === 'Express' ? testing.createNestApplication() : testing.createNestApplication(new FastifyAdapter()), prepare);
}

export async function started(app: INestApplication, prepare?: (app: INestApplication) => void): Promise<INestApplication> {
  app.useLogger(false);
  prepare?.(app);
  await app.init();
  if (app.getHttpAdapter().getType() === 'fastify') await (app as NestFastifyApplication).getHttpAdapter().getInstance().ready();
  return app;
}

/** `GET path`, with a token of this tenant or with none. */
export async function get(app: INestApplication, path: string, token?: string): Promise<request.Response> {
  const sent = request(app.getHttpServer()).get(path);
  return token === undefined ? sent : sent.auth(token, { type: 'bearer' });
}

/** The sessions for which STS was asked, in order: whose, and how often. */
export function assumed(aws: LocalAws): number {
  return aws.calls.filter(({ operation }) => operation === 'AssumeRole').length;
}
