/** Types for the part of the Postman and Newman sandbox that the scenarios use. */
import type { StreamVibe } from "./streamvibe.ts";

type Chain = "to" | "be" | "have" | "and" | "not" | "with" | "at" | "all" | "any" | "empty";
type Check =
  | "a"
  | "above"
  | "an"
  | "below"
  | "eql"
  | "equal"
  | "jsonSchema"
  | "keys"
  | "least"
  | "lengthOf"
  | "match"
  | "oneOf"
  | "property"
  | "status"
  | "within";

/** An assertion of Chai, or one of Postman's own about the response (`status`, `jsonSchema`). */
export type Assertion =
  & { readonly [word in Chain]: Assertion }
  & { readonly [check in Check]: (...wanted: unknown[]) => Assertion }
  & { readonly include: Assertion & ((wanted: unknown) => Assertion) };

/** A row or an object whose shape the assertions check. */
export type Row = Record<string, unknown>;

/** Default type of a response's JSON: rows, or one object. */
export type Body = Row & [Row, ...Row[]];

/** `pm`: the current request, its response, variables and assertions. */
export interface Pm {
  test(name: string, check: () => void): void;
  expect(value: unknown, message?: string): Assertion;
  info: { eventName: string };
  execution: { skipRequest(): void };
  variables: { get(name: string): string; replaceIn(template: string): string };
  collectionVariables: { set(name: string, value: unknown): void; unset(name: string): void };
  environment: { set(name: string, value: unknown): void };
  request: { headers: { get(name: string): string }; body: { raw: string } };
  response: Response & { to: Assertion };
  sendRequest(request: Row, done: (error: Error | null, response: Response) => void): void;
}

interface Response {
  code: number;
  headers: { get(name: string): string };
  text(): string;
  json<T = Body>(): T;
}

interface Words {
  toString(): string;
}

/** crypto-js, which the sandbox provides. */
interface Crypto {
  HmacSHA256(text: string, key: string): Words;
  enc: { Base64: { stringify(words: Words): string }; Utf8: { parse(text: string): Words } };
}

/** The globals of the sandbox. Only their types are used here: no script runs in Deno. */
export const { pm, sv, CryptoJS } = {} as { pm: Pm; sv: StreamVibe; CryptoJS: Crypto };
