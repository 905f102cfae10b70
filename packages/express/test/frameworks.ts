import { createRequire } from 'node:module';
import express from 'express';

/** The types of Express 5 hold for what these tests use of Express 4, which comes under an alias without types. */
const express4: typeof express = createRequire(import.meta.url)('express4');

/** Every framework version that the package promises. */
export const frameworks: readonly (readonly [name: string, framework: typeof express])[] = [
  ['Express 5', express],
  ['Express 4', express4],
];
