import type { Server } from 'node:http';
import type { Issuer } from '../issuer.ts';

/** Starts a server on a free port of 127.0.0.1. */
export type Candidate = (issuer: Issuer) => Promise<Server>;
export type Candidates = Readonly<Record<string, Candidate>>;
