/** The follow button of a creator; it leads visitors without a session to the sign-in. */
import { api, useSession } from "../data/client.ts";
import { useAction, useCall } from "../data/queries.ts";
import { visitor as t } from "../texts/visitor.ts";
import { A, Button, Problem } from "../ui/parts.tsx";

export function FollowButton({ creator_id, slug }: { creator_id: string; slug: string }) {
  const { session } = useSession();
  const feed = useCall("feed-profile", { creator: slug, limit: 1 }, { enabled: Boolean(session) });
  const follow = useAction((is_followed: boolean) => api.call("follow", { creator_id, is_followed }), {
    touches: ["feed-profile", "feed-home", "list-follows"],
  });
  if (!session) {
    return <A to="/sign-in" search={{ then: `/@${slug}` }} className="button plain">{t.creator.follow}</A>;
  }
  if (session.user.id === creator_id || !feed.data) return null;
  const { is_followed } = feed.data;
  return (
    <>
      <Button
        kind={is_followed ? "plain" : "primary"}
        aria-pressed={is_followed}
        busy={follow.isPending}
        onClick={() => follow.mutate(!is_followed)}
      >
        {is_followed ? t.creator.following : t.creator.follow}
      </Button>
      {follow.error && <Problem error={follow.error} />}
    </>
  );
}
