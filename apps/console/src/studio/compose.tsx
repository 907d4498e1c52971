/** The form for a post to several accounts, checked against each platform's limits as the creator types. */
import type { Input, Output } from "@streamvibe/client";
import { isProblem } from "@streamvibe/client";
import { useEffect, useRef, useState } from "react";
import { api, problemOf } from "../data/client.ts";
import { useDraft } from "../data/drafts.ts";
import { useAction, useCall, useRead } from "../data/queries.ts";
import { studio as t } from "../texts/studio.ts";
import { useGo, useWish } from "../ui/address.ts";
import { bytes, number, time } from "../ui/format.ts";
import { say } from "../ui/notices.tsx";
import {
  A,
  Badge,
  Button,
  Card,
  Check,
  Empty,
  Page,
  Problem,
  Progress,
  Query,
  Section,
  Select,
  TextArea,
  TextField,
  useStill,
} from "../ui/parts.tsx";
import { platformName } from "../visitor/item_card.tsx";
import { dayName, hourName, useNewestItems } from "./analytics.tsx";
import { bestTimes } from "./best_time.ts";
import { type Account, isConnected, nameOf, useAccounts, zone } from "./data.ts";
import type { Post } from "./post_state.tsx";
import { type Medium, upload } from "./upload.ts";

type PostInput = Input<"create-post">;
type Place = PostInput["targets"][number];
type Kind = Place["kind"];
type Checked = Output<"validate-post">["targets"][number];

/** Kinds and text limits per platform, for the preview before the server responds. */
const KINDS: Record<string, { kinds: Kind[]; limit: number }> = {
  youtube: { kinds: ["video", "short"], limit: 5_000 },
  instagram: { kinds: ["image", "carousel", "reel", "video", "story"], limit: 2_200 },
  tiktok: { kinds: ["video", "short", "image", "carousel"], limit: 2_200 },
  facebook: { kinds: ["text", "link", "image", "carousel", "video", "reel"], limit: 63_206 },
  twitter: { kinds: ["text", "link", "thread", "image", "carousel", "video"], limit: 280 },
};

interface Draft {
  title: string;
  body: string;
  link: string;
  /** By account id. */
  places: Record<string, { kind: Kind; body: string }>;
  media: { id: string; kind: string; name: string }[];
  when: "now" | "time" | "draft";
  at: string;
}
const EMPTY: Draft = { title: "", body: "", link: "", places: {}, media: [], when: "now", at: "" };

export default function Compose() {
  const [{ post }] = useWish();
  const known = useCall("get-post", { post_id: post ?? "" }, { enabled: post !== undefined });
  if (!post) return <Form key="new" />;
  return <Query of={known}>{(found) => <Form key={found.post_id} post={found} />}</Query>;
}

function fromPost(post: Post): Draft {
  return {
    title: post.title,
    body: post.body,
    link: post.targets.map(({ options }) => (options as { link?: string }).link).find(Boolean) ?? "",
    places: Object.fromEntries(
      post.targets.map((
        { social_account_id, kind, body },
      ) => [social_account_id, { kind: kind as Kind, body: body ?? "" }]),
    ),
    media: post.media_ids.map((id) => ({ id, kind: "image", name: id.slice(0, 8) })),
    when: post.publish_at ? "time" : "draft",
    at: post.publish_at ? localText(new Date(post.publish_at)) : "",
  };
}

/** Formats a time for a datetime-local field, in the viewer's time zone. */
function localText(date: Date): string {
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function inputOf(draft: Draft): Omit<PostInput, "publish_at" | "now"> {
  const { title, body, link, places, media } = draft;
  return {
    title,
    body,
    media_ids: media.map(({ id }) => id),
    time_zone: zone(),
    targets: Object.entries(places).map(([social_account_id, { kind, body: own }]) => ({
      social_account_id,
      kind,
      ...(own ? { body: own } : {}),
      ...(kind === "link" && link ? { options: { link } } : {}),
    })),
  };
}

function Form({ post }: { post?: Post }) {
  const go = useGo();
  const accounts = useAccounts();
  const [draft, setDraft, clear] = useDraft<Draft>(
    post ? `post:${post.post_id}:${post.version}` : "post",
    post ? fromPost(post) : EMPTY,
  );
  const change = (part: Partial<Draft>) => setDraft((now) => ({ ...now, ...part }));
  const still = useStill(JSON.stringify(inputOf(draft)), 400);
  const input = JSON.parse(still) as ReturnType<typeof inputOf>;
  const hasPlaces = input.targets.length > 0;
  const check = useRead(["validate-post", still], (signal) => api.call("validate-post", input, { signal }), {
    enabled: hasPlaces,
    keep: true,
  });
  const send = useAction((draft: Draft) => {
    const timing = draft.when === "now"
      ? { now: true }
      : draft.when === "time"
      ? { publish_at: draft.at }
      : {};
    return post
      ? api.call("update-post", {
        ...inputOf(draft),
        ...timing,
        post_id: post.post_id,
        version: post.version,
      })
      : api.call("create-post", { ...inputOf(draft), ...timing });
  }, {
    touches: ["list-posts", "get-post"],
    onDone: ({ post_id }, { when }) => {
      clear();
      say(t.compose.sent[when] ?? "");
      go(`/studio/posts/${post_id}`);
    },
  });
  const connected = (accounts.data ?? []).filter(isConnected);
  return (
    <Page title={post ? t.compose.edit_title : t.compose.title} lede={t.compose.lede}>
      <form
        className="split"
        onSubmit={(event) => {
          event.preventDefault();
          send.mutate(draft);
        }}
      >
        <div className="form">
          <TextArea
            label={t.compose.body}
            rows={6}
            value={draft.body}
            onChange={({ target }) => change({ body: target.value })}
          />
          <TextField
            label={t.compose.post_title}
            hint={t.compose.post_title_hint}
            optional
            maxLength={300}
            value={draft.title}
            onChange={({ target }) => change({ title: target.value })}
          />
          <Media draft={draft} setDraft={setDraft} />
          <fieldset>
            <legend>{t.compose.where}</legend>
            <Query
              of={accounts}
              empty={() =>
                connected.length === 0 && (
                  <Empty title={t.compose.where_none} why={t.compose.where_none_why}>
                    <A to="/studio/accounts" className="button primary">{t.home.connect}</A>
                  </Empty>
                )}
            >
              {() =>
                connected.map((account) => <PlaceChoice key={account.id} {...{ account, draft, change }} />)}
            </Query>
          </fieldset>
          {Object.values(draft.places).some(({ kind }) => kind === "link") && (
            <TextField
              label={t.compose.link}
              type="url"
              required
              value={draft.link}
              onChange={({ target }) => change({ link: target.value })}
            />
          )}
          <When draft={draft} change={change} />
          {send.error && (isProblem(send.error, "conflict")
            ? <p className="field-error" role="alert">{t.compose.conflict}</p>
            : <Problem error={send.error} />)}
          <div className="actions">
            <Button
              type="submit"
              kind="primary"
              busy={send.isPending}
              disabled={Object.keys(draft.places).length === 0}
            >
              {t.compose.submit[draft.when]}
            </Button>
          </div>
        </div>
        <Section title={t.compose.preview}>
          {!hasPlaces ? <p className="quiet">{t.compose.preview_none}</p> : (
            <>
              {check.error && (
                <Problem
                  error={check.error}
                  retry={() => void check.refetch()}
                />
              )}
              {connected.filter(({ id }) => draft.places[id]).map((account) => (
                <Preview
                  key={account.id}
                  account={account}
                  draft={draft}
                  checked={check.data?.targets.find(({ social_account_id }) =>
                    social_account_id === account.id
                  )}
                />
              ))}
            </>
          )}
        </Section>
      </form>
    </Page>
  );
}

function PlaceChoice(
  { account, draft, change }: { account: Account; draft: Draft; change: (part: Partial<Draft>) => void },
) {
  const { id, platform: { slug } } = account;
  const place = draft.places[id];
  const kinds = KINDS[slug]?.kinds ?? ["text"];
  const name = `${nameOf(account)} · ${platformName(slug)}`;
  const fitting = (): Kind => {
    const first = draft.media[0]?.kind;
    const wanted: Kind[] = first === "video"
      ? ["video", "reel", "short"]
      : first
      ? [draft.media.length > 1 ? "carousel" : "image"]
      : ["text"];
    return wanted.find((kind) => kinds.includes(kind)) ?? kinds[0] ?? "text";
  };
  const set = (next: Draft["places"][string] | undefined) => {
    const { [id]: _, ...others } = draft.places;
    change({ places: next ? { ...others, [id]: next } : others });
  };
  return (
    <Card>
      <Check
        label={name}
        checked={place !== undefined}
        onChange={({ target }) => set(target.checked ? { kind: fitting(), body: "" } : undefined)}
      />
      {place && (
        <div className="form">
          <Select
            label={t.compose.kind(platformName(slug))}
            value={place.kind}
            options={kinds.map((kind) => [kind, t.compose.kinds[kind] ?? kind] as const)}
            onChange={({ target }) => set({ ...place, kind: target.value as Kind })}
          />
          <TextArea
            label={t.compose.own_words(platformName(slug))}
            optional
            rows={2}
            value={place.body}
            onChange={({ target }) => set({ ...place, body: target.value })}
          />
        </div>
      )}
    </Card>
  );
}

function Preview({ account, draft, checked }: { account: Account; draft: Draft; checked?: Checked }) {
  const { id, platform: { slug } } = account;
  const place = draft.places[id];
  if (!place) return null;
  const text = place.body || draft.body;
  const count = [...text].length;
  const limit = KINDS[slug]?.limit ?? 0;
  const errors = checked?.objections.filter(({ level }) => level === "error") ?? [];
  return (
    <Card>
      <div className="stack">
        <div className="row between">
          <h3>{platformName(slug)}</h3>
          {checked
            ? errors.length === 0 && <Badge tone="good">{t.compose.fits}</Badge>
            : <span className="quiet small">{t.compose.checking}</span>}
        </div>
        {draft.title && <strong>{draft.title}</strong>}
        <p className="pre preview-text">{text || "–"}</p>
        {draft.media.length > 0 && (
          <p className="quiet small">{draft.media.map(({ name }) => name).join(", ")}</p>
        )}
        <Progress
          label={platformName(slug)}
          value={count}
          max={limit}
          text={
            <span className={count > limit ? "field-error" : undefined}>
              {t.compose.counted(number(count), number(limit))}
            </span>
          }
        />
        {checked && checked.objections.length > 0 && (
          <ul className="plain-list small" role="status">
            {checked.objections.map(({ level, code, message }) => (
              <li key={code + message} className={level === "error" ? "field-error" : "quiet"}>{message}</li>
            ))}
          </ul>
        )}
      </div>
    </Card>
  );
}

function When({ draft, change }: { draft: Draft; change: (part: Partial<Draft>) => void }) {
  const items = useNewestItems();
  const best = items.data && bestTimes(items.data)?.best;
  const choices = [["now", t.compose.at_now], ["time", t.compose.at_time], [
    "draft",
    t.compose.at_draft,
  ]] as const;
  return (
    <fieldset>
      <legend>{t.compose.when}</legend>
      <div className="row">
        {choices.map(([value, name]) => (
          <label key={value} className="row">
            <input
              type="radio"
              name="when"
              checked={draft.when === value}
              onChange={() => change({ when: value })}
            />{" "}
            {name}
          </label>
        ))}
      </div>
      {draft.when === "time" && (
        <TextField
          label={t.compose.time}
          type="datetime-local"
          required
          hint={
            <>
              {t.compose.time_hint(zone())}{" "}
              {draft.at && <span>{time(new Date(draft.at), "full", "UTC")} UTC.</span>}{" "}
              {best && t.compose.best(dayName(best.day), hourName(best.hour))}
            </>
          }
          value={draft.at}
          onChange={({ target }) => change({ at: target.value })}
        />
      )}
    </fieldset>
  );
}

interface Uploading {
  name: string;
  share: number;
  error?: Error;
}

function Media({ draft, setDraft }: { draft: Draft; setDraft: (next: (now: Draft) => Draft) => void }) {
  const [alt, setAlt] = useState("");
  const [current, setCurrent] = useState<Uploading>();
  const ending = useRef<AbortController>(null);
  useEffect(() => () => ending.current?.abort(), []);
  const remove = useAction((media_id: string) => api.call("delete-media", { media_id }));
  const add = async (file: File) => {
    ending.current?.abort();
    const { signal } = ending.current = new AbortController();
    setCurrent({ name: file.name, share: 0 });
    try {
      const medium: Medium = await upload(file, alt, {
        signal,
        onProgress: (share) => setCurrent({ name: file.name, share }),
      });
      if (medium.status !== "ready") {
        throw new Error(t.compose.refused(medium.refused_because ?? medium.status));
      }
      setDraft((now) => ({
        ...now,
        media: [...now.media, {
          id: medium.id,
          kind: medium.kind,
          name: `${file.name}, ${bytes(file.size)}`,
        }],
      }));
      setCurrent(undefined);
      setAlt("");
    } catch (error) {
      if (!signal.aborted) setCurrent({ name: file.name, share: 0, error: problemOf(error) });
    }
  };
  return (
    <fieldset>
      <legend>{t.compose.media}</legend>
      <ul className="plain-list">
        {draft.media.map(({ id, name }) => (
          <li key={id} className="row">
            <MediumPreview id={id} name={name} />
            <Button
              className="small"
              onClick={() => {
                setDraft((now) => ({ ...now, media: now.media.filter((medium) => medium.id !== id) }));
                remove.mutate(id);
              }}
            >
              {t.compose.remove}
            </Button>
          </li>
        ))}
      </ul>
      <TextField
        label={t.compose.alt}
        optional
        maxLength={1_000}
        value={alt}
        onChange={({ target }) => setAlt(target.value)}
      />
      <TextField
        key={draft.media.length}
        label={t.compose.media_add}
        hint={t.compose.media_hint}
        type="file"
        accept="image/jpeg,image/png,image/webp,image/gif,video/mp4,video/quicktime,video/webm"
        onChange={({ target }) => {
          const file = target.files?.[0];
          if (file) void add(file);
        }}
      />
      {current && !current.error && (
        <Progress
          label={`${t.compose.uploading} ${current.name}`}
          value={current.share}
          max={1}
          text={`${t.compose.uploading} ${current.name}`}
        />
      )}
      {current?.error && <Problem error={current.error} />}
    </fieldset>
  );
}

/** Shows an uploaded file as it is stored. */
function MediumPreview({ id, name }: { id: string; name: string }) {
  const medium = useCall("get-media", { media_id: id });
  if (medium.error) return <Problem error={medium.error} />;
  return (
    <span className="person">
      {medium.data?.url && medium.data.kind !== "video" && (
        <img className="thumb" src={medium.data.url} alt={medium.data.alt_text ?? ""} />
      )}
      <span>{name}</span>
    </span>
  );
}
