import type { INestApplication, ModuleMetadata } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import request from 'supertest';

/** Every platform that Nest stands on here. */
export const platforms = ['Express', 'Fastify'] as const;
export type Platform = (typeof platforms)[number];

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
