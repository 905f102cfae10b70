import { createRequire } from 'node:module';
import express from 'express';

/** Express 4 is installed under an alias without types. For these tests, the types of Express 5 fit. */
const express4: typeof express = createRequire(import.meta.url)('express4');

/** Every framework version that the package supports. */
export const frameworks: readonly (readonly [name: string, framework: typeof express])[] = [
  ['Express 5', express],
  ['Express 4', express4],
];
