import '../node-version.ts';
export { JsonError, type JsonRules, parseJson } from './parse-json.ts';
export { isObject, type Json, type JsonObject } from './value.ts';
