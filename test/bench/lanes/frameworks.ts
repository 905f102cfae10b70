import type { Lane } from './lane.ts';
import { loadTest } from '../load-test.ts';

/** The candidates of each framework: `bare` first, because the table has the ratios to the first. */
const frameworks = {
  express: ['bare', 'floor', 'ours', 'ours, eager: false', 'passport-jwt, PEM', 'passport-jwt, KeyObject', 'express-oauth2-jwt-bearer'],
  koa: ['bare', 'floor', 'ours', 'ours, eager: false', 'koa-jwt'],
  'nest-express': ['bare', 'floor', 'ours', '@nestjs/passport'],
  'nest-fastify': ['bare', 'floor', 'ours', '@nestjs/passport'],
} as const;

const titles: Record<keyof typeof frameworks, string> = {
  express: 'Express, warm requests of one tenant',
  koa: 'Koa, warm requests of one tenant',
  'nest-express': 'NestJS on Express, warm requests of one tenant',
  'nest-fastify': 'NestJS on Fastify, warm requests of one tenant',
};

export const frameworkLanes: readonly Lane[] = (Object.keys(frameworks) as (keyof typeof frameworks)[]).map((file) => ({
  name: file,
  group: 'frameworks',
  title: titles[file],
  run: async ({ plan, aws }) =>
    loadTest({ lane: file, file, candidates: frameworks[file], authorizations: await aws.authorizations(['acme']) }, plan, aws),
}));

/** The same with 1,000 tenants, each with its own token: each of the 20 connections sends the tokens of 50 tenants in turn. */
export const tenantsLane: Lane = {
  name: 'tenants',
  title: 'Express, warm requests of 1,000 tenants, whose tokens alternate on each connection',
  onlyFull: true,
  run: async ({ plan, aws }) => {
    const authorizations = await aws.authorizations(Array.from({ length: 1_000 }, (_, index) => `tenant-${index}`));
    const candidates = ['bare', 'floor', 'ours', 'passport-jwt, PEM'];
    return loadTest({ lane: 'tenants', file: 'express', candidates, authorizations }, plan, aws);
  },
};
