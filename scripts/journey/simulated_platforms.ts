/** Reads the simulated Instagram, TikTok, Facebook and X through their common admin routes. */
import { z } from "zod";
import type { Stack } from "./journey.ts";

const Created = z.object({ account_id: z.string() });
const Items = z.object({ items: z.array(z.object({ id: z.string(), deleted: z.boolean() })) });

/** Creates an account that no other journey uses. */
export async function makeAccount(stack: Stack, provider: string, items: number): Promise<string> {
  return Created.parse(await ask(stack, `${provider}/accounts`, { items, plain: true })).account_id;
}

/** Returns the items that a correct library of the account contains. */
export async function publishedItems(stack: Stack, provider: string, account_id: string) {
  const { items } = Items.parse(await ask(stack, `${provider}/accounts/${account_id}/items`));
  return items.filter(({ deleted }) => !deleted);
}

/** Calls an admin route of the simulators; throws with their message if they refuse. */
export async function ask(stack: Stack, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${stack.simulator_url}/_admin/${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`Cannot ask the simulators for ${path}: ${response.status} ${text}`);
  return JSON.parse(text);
}
