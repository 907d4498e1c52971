/** What a script reaches in the sandbox of Postman and Newman, as far as the scenarios use it. */
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

/** A row or an object whose shape the assertions prove. */
export type Row = Record<string, unknown>;

/** What an answer's JSON is taken for where a script does not say more: rows, or one object. */
export type Body = Row & [Row, ...Row[]];

/** `pm`: the request that is run, its response, variables and assertions. */
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

/** crypto-js, which the sandbox brings. */
interface Crypto {
  HmacSHA256(text: string, key: string): Words;
  enc: { Base64: { stringify(words: Words): string }; Utf8: { parse(text: string): Words } };
}

/** What a script finds in the sandbox under these names. Here they are types alone: no script runs in Deno. */
export const { pm, sv, CryptoJS } = {} as { pm: Pm; sv: StreamVibe; CryptoJS: Crypto };
