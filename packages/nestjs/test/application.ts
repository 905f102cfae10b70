import type { INestApplication, ModuleMetadata } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import request from 'supertest';

/** The platforms of Nest that are tested. */
export const platforms = ['Express', 'Fastify'] as const;
export type Platform = (typeof platforms)[number];

/** Starts an application of this module. It is ready for requests, and does not listen yet. */
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

/** Sends `GET path`, with or without a bearer token. */
export async function get(app: INestApplication, path: string, token?: string): Promise<request.Response> {
  const sent = request(app.getHttpServer()).get(path);
  return token === undefined ? sent : sent.auth(token, { type: 'bearer' });
}
