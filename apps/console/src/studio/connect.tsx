/** Sends the user to a platform's consent page; the platform redirects back to /oauth/callback. */
import type { FunctionName, Input } from "@streamvibe/client";
import { api } from "../data/client.ts";
import { BASE } from "../data/config.ts";
import { useAction } from "../data/queries.ts";
import { studio as t } from "../texts/studio.ts";
import { Button, Problem } from "../ui/parts.tsx";
import { visitor } from "../texts/visitor.ts";

type Init = Extract<FunctionName, `oauth-${string}-init`>;
export type PlatformSlug = Init extends `oauth-${infer Slug}-init` ? Slug : never;
export const PLATFORMS = Object.keys(visitor.platforms) as PlatformSlug[];

/** An OAuth attempt, stored by its `state` until the user returns. */
export interface Attempt {
  platform: PlatformSlug;
  then: string;
}
const KEY = "oauth:";

export function attemptOf(state: string): Attempt | undefined {
  const kept = localStorage.getItem(KEY + state);
  localStorage.removeItem(KEY + state);
  return kept ? JSON.parse(kept) as Attempt : undefined;
}

export function Connect({ platform, input, then, label, kind }: {
  platform: PlatformSlug;
  /** Further input of the request, such as the site for a search engine. */
  input?: Record<string, string>;
  /** The path to continue at afterwards. */
  then: string;
  label?: string;
  kind?: "primary" | "plain";
}) {
  const start = useAction(async () => {
    const redirect_uri = `${location.origin}${BASE}/oauth/callback`;
    const { authorization_url, state } = await api.call(
      `oauth-${platform}-init` as Init,
      { ...input, redirect_uri } as Input<Init>,
    );
    localStorage.setItem(KEY + state, JSON.stringify({ platform, then }));
    location.assign(authorization_url);
  });
  return (
    <>
      <Button kind={kind} busy={start.isPending} onClick={() => start.mutate()}>
        {label ?? t.accounts.connect(visitor.platforms[platform] ?? platform)}
      </Button>
      {start.error && <Problem error={start.error} retry={() => start.mutate()} />}
    </>
  );
}
