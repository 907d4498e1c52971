/** The pages that a person sees on the way: the consent screen and Google's error page. No script is needed. */
import type { ChannelSummary } from "../youtube/catalogue.ts";

export interface ConsentScreen {
  readonly app: string;
  readonly action: string;
  readonly scopes: readonly string[];
  readonly channels: readonly ChannelSummary[];
  readonly chosen: string | undefined;
  readonly search: string;
  /** The request's own parameters, which a search must carry on. */
  readonly parameters: URLSearchParams;
}

export const scope_words: Readonly<Record<string, string>> = {
  "https://www.googleapis.com/auth/youtube.readonly": "See your YouTube account",
  "https://www.googleapis.com/auth/youtube": "Manage your YouTube account",
  "https://www.googleapis.com/auth/youtube.force-ssl":
    "See, edit, and permanently delete your YouTube videos, ratings, comments and captions",
  "https://www.googleapis.com/auth/youtube.upload": "Manage your YouTube videos",
  "https://www.googleapis.com/auth/youtubepartner": "See and edit your YouTube channel and its assets",
  "https://www.googleapis.com/auth/youtubepartner-channel-audit":
    "See private information of your channel for an audit",
  "https://www.googleapis.com/auth/yt-analytics.readonly": "See YouTube Analytics reports for your content",
  "https://www.googleapis.com/auth/userinfo.email": "See your primary Google Account email address",
  "https://www.googleapis.com/auth/userinfo.profile":
    "See your personal info, including any that you made public",
  openid: "Associate you with your personal info on Google",
};

export function consentPage(screen: ConsentScreen): string {
  const scopes = screen.scopes.map((scope, index) => `
        <li><label><input type="checkbox" name="scope" value="${escape(scope)}" checked>
          <span>${escape(scope_words[scope] ?? scope)}<small id="s${index}">${
    escape(scope)
  }</small></span></label></li>`);
  const chosen = screen.channels.some((channel) => channel.id === screen.chosen)
    ? screen.chosen
    : screen.channels[0]?.id;
  const channels = screen.channels.map((channel) => `
        <li><label><input type="radio" name="channel" value="${escape(channel.id)}" required${
    channel.id === chosen ? " checked" : ""
  }>
          <span>${escape(channel.title)}<small>${words(channel)}</small></span></label></li>`);
  const hidden = [...screen.parameters].filter(([name]) => name !== "find").map(([name, value]) =>
    `<input type="hidden" name="${escape(name)}" value="${escape(value)}">`
  );

  return page(
    `${screen.app} wants access`,
    `
    <h1>${escape(screen.app)} wants access to your Google Account</h1>
    <p class="note">This is StreamVibe's simulator of Google. Every channel here is made up or from a sample file, and nothing leaves this machine.</p>
    <form method="get" role="search">
      ${hidden.join("\n      ")}
      <label for="find">Find a channel by name or id</label>
      <div class="row"><input id="find" name="find" value="${
      escape(screen.search)
    }"><button>Find</button></div>
    </form>
    <form method="post" action="${escape(screen.action)}">
      <input type="hidden" name="granular" value="1">
      <fieldset><legend>Choose a channel</legend>
        <ul class="channels">${channels.join("") || "\n        <li>No channel has this in its name.</li>"}
        </ul>
      </fieldset>
      <fieldset><legend>What ${escape(screen.app)} can do</legend>
        <ul>${scopes.join("")}
        </ul>
      </fieldset>
      <div class="row end">
        <button name="decision" value="allow" class="main"${
      channels.length === 0 ? " disabled" : ""
    }>Allow</button>
        <button name="decision" value="deny" formnovalidate>Deny</button>
      </div>
    </form>`,
  );
}

export function errorPage(code: string, message: string): string {
  return page(
    "Access blocked",
    `
    <h1>Access blocked: this app's request is invalid</h1>
    <p>You can't sign in because this app sent an invalid request. ${escape(message)}</p>
    <p><strong>${escape(code)}</strong></p>`,
  );
}

function words(channel: ChannelSummary): string {
  if (channel.videos === 1) return "1 video";
  if (channel.source === "generated" && !channel.id.startsWith("UC")) {
    return "an account that never made a channel";
  }
  return `${channel.videos.toLocaleString("en")} videos`;
}

function page(title: string, main: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>
  :root { color-scheme: light dark; --line: light-dark(#747775, #8e918f); --main: light-dark(#0b57d0, #a8c7fa); --on: light-dark(#fff, #062e6f); }
  body { font: 16px/1.5 system-ui, sans-serif; margin: 0; padding: 2rem 1rem; background: light-dark(#f0f4f9, #1e1f20); color: light-dark(#1f1f1f, #e3e3e3); }
  main { max-width: 34rem; margin: 0 auto; padding: 2rem; border-radius: 1.25rem; background: light-dark(#fff, #0e0e0e); }
  h1 { font-size: 1.6rem; font-weight: 500; line-height: 1.25; margin: 0 0 1rem; }
  .note, small { color: light-dark(#444746, #c4c7c5); }
  p, small { overflow-wrap: anywhere; }
  small { display: block; }
  fieldset { border: 1px solid var(--line); border-radius: .75rem; margin: 1.25rem 0; padding: .25rem 1rem; min-width: 0; }
  legend { padding: 0 .5rem; font-weight: 500; }
  ul { list-style: none; margin: 0; padding: 0; }
  .channels { max-height: 18rem; overflow-y: auto; }
  li label { display: flex; gap: .75rem; align-items: start; padding: .5rem 0; cursor: pointer; }
  input[type=radio], input[type=checkbox] { margin: .3rem 0 0; inline-size: 1.1rem; block-size: 1.1rem; accent-color: var(--main); flex: none; }
  .row { display: flex; gap: .75rem; margin-top: .25rem; }
  .row input { flex: 1; min-width: 0; font: inherit; padding: .5rem .75rem; border: 1px solid var(--line); border-radius: .5rem; background: inherit; color: inherit; }
  .end { justify-content: end; margin-top: 1rem; }
  button { font: inherit; font-weight: 500; padding: .5rem 1.5rem; border: 1px solid var(--line); border-radius: 2rem; background: none; color: var(--main); cursor: pointer; }
  button.main { background: var(--main); color: var(--on); border-color: var(--main); }
  button:disabled { opacity: .4; cursor: default; }
  :focus-visible { outline: 3px solid var(--main); outline-offset: 2px; }
</style>
</head>
<body><main>${main}
</main></body>
</html>
`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll(
    '"',
    "&quot;",
  );
}
