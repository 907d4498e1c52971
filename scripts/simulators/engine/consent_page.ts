/** The pages on which a person chooses a simulated account and grants access. Plain forms, without scripts. */
import type { AccountBase, Accounts, ItemBase } from "./accounts.ts";
import { type Answer, html } from "./provider.ts";

/** The network's public name, and the color of its page's buttons and checkboxes. */
export interface Brand {
  readonly network: string;
  readonly accent: { readonly light: string; readonly dark: string };
}

export interface Choice {
  readonly id: string;
  readonly name: string;
  readonly detail: string;
  /** Its belongings that may be left out: a person's Facebook Pages. */
  readonly pages?: readonly { readonly id: string; readonly name: string }[];
}

export interface ConsentScreen {
  readonly brand: Brand;
  readonly app: string;
  /** The form's target: the authorization URL itself. */
  readonly action: string;
  readonly choices: readonly Choice[];
  readonly chosen: string | undefined;
  readonly scopes: readonly { readonly name: string; readonly words?: string | undefined }[];
  /** Whether a person may untick single scopes. */
  readonly granular: boolean;
  /** If there are too many choices to list: the search text, and the parameters of the request to carry on. */
  readonly search?: { readonly text: string; readonly parameters: URLSearchParams };
}

/** Returns the choices of a network whose accounts give consent themselves; the hinted account comes first. */
export function accountChoices<
  Account extends AccountBase & { readonly username?: string },
  Item extends ItemBase,
>(
  accounts: Accounts<Account, Item>,
  thing = "posts",
) {
  return {
    async choices(search: string, hint: string | undefined): Promise<Choice[]> {
      if (hint) await accounts.known(hint);
      const hinted = search === "" && hint ? accounts.account(hint) : undefined;
      const listed = (await accounts.list(search, 100)).filter(({ id }) => id !== hinted?.id);
      return [...(hinted ? [hinted] : []), ...listed].map(({ id, name, username }) => {
        const size = accounts.size(id);
        const counted = `${size.toLocaleString("en")} ${size === 1 ? thing.replace(/s$/, "") : thing}`;
        return { id, name, detail: username ? `@${username} · ${counted}` : counted };
      });
    },
    async find(id: string) {
      await accounts.known(id);
      return accounts.account(id) && { account: id };
    },
  };
}

export function consentPage(screen: ConsentScreen): Answer {
  const { brand, app, choices, granular } = screen;
  const chosen = choices.some(({ id }) => id === screen.chosen) ? screen.chosen : choices[0]?.id;
  const rows = choices.map(({ id, name, detail, pages = [] }) => `
        <li><label><input type="radio" name="account" value="${escape(id)}" required${
    id === chosen ? " checked" : ""
  }>
          <span>${escape(name)}<small>${escape(detail)}</small></span></label>${pageTicks(pages)}</li>`);
  const scopes = screen.scopes.map(({ name, words }) => `
        <li><label>${granular ? `<input type="checkbox" name="scope" value="${escape(name)}" checked>` : ""}
          <span>${
    words ? `${escape(words)}<small>${escape(name)}</small>` : escape(name)
  }</span></label></li>`);
  return simulatorPage(
    200,
    brand,
    `${app} wants access to ${brand.network}`,
    `
    <h1>${escape(app)} wants access to your ${escape(brand.network)} account</h1>
    <p class="note">This is StreamVibe's simulator of ${
      escape(brand.network)
    }. Everything here is made up or from a sample file, and nothing leaves this machine.</p>${
      screen.search ? searchForm(screen.search) : ""
    }
    <form method="post" action="${escape(screen.action)}">
      ${granular ? '<input type="hidden" name="granular" value="1">' : ""}
      <fieldset><legend>Choose an account</legend>
        <ul class="long">${rows.join("") || `\n        <li>No account matches this name or id.</li>`}
        </ul>
      </fieldset>
      <fieldset><legend>What ${escape(app)} may do</legend>
        <ul>${scopes.join("")}
        </ul>
      </fieldset>
      <div class="row end">
        <button name="decision" value="deny" formnovalidate>Deny</button>
        <button name="decision" value="allow" class="main"${
      rows.length === 0 ? " disabled" : ""
    }>Allow</button>
      </div>
    </form>`,
  );
}

/** Returns the error page for a request without a trusted app or redirect URI: the browser is not redirected. */
export function errorPage(status: number, brand: Brand, message: string, code?: string): Answer {
  return simulatorPage(
    status,
    brand,
    `${brand.network} cannot let this app in`,
    `
    <h1>${escape(brand.network)} cannot let this app in</h1>
    <p>${escape(message)}</p>${code === undefined ? "" : `\n    <p><strong>${escape(code)}</strong></p>`}`,
  );
}

function pageTicks(pages: NonNullable<Choice["pages"]>): string {
  if (pages.length === 0) return "";
  const ticks = pages.map(({ id, name }) => `
            <li><label><input type="checkbox" name="page" value="${escape(id)}" checked>
              <span>${escape(name)}</span></label></li>`);
  return `
          <ul class="pages">${ticks.join("")}
          </ul>`;
}

function searchForm({ text, parameters }: NonNullable<ConsentScreen["search"]>): string {
  const hidden = [...parameters].map(([name, value]) =>
    `<input type="hidden" name="${escape(name)}" value="${escape(value)}">`
  );
  return `
    <form method="get" role="search">
      ${hidden.join("\n      ")}
      <label for="find">Find an account by name or id</label>
      <div class="row">
        <input type="search" id="find" name="find" value="${escape(text)}"><button>Find</button>
      </div>
    </form>`;
}

/** Returns a page of a simulated provider in its color. */
export function simulatorPage(status: number, { accent }: Brand, title: string, main: string): Answer {
  return html(
    status,
    `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>
  :root { color-scheme: light dark; --line: light-dark(#767676, #8e918f); --main: light-dark(${accent.light}, ${accent.dark}); --on: light-dark(#fff, #111); }
  body { font: 16px/1.5 system-ui, sans-serif; margin: 0; padding: 2rem 1rem; background: light-dark(#f2f3f5, #18191a); color: light-dark(#1c1c1e, #e6e6e6); }
  main { max-width: 34rem; margin: 0 auto; padding: 2rem; border-radius: 1rem; background: light-dark(#fff, #0c0c0d); }
  h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1rem; }
  .note, small { color: light-dark(#4a4d50, #b8bbbe); }
  p, label { overflow-wrap: anywhere; }
  small { display: block; }
  fieldset { border: 1px solid var(--line); border-radius: .75rem; margin: 1.25rem 0; padding: .25rem 1rem; min-width: 0; }
  legend { padding: 0 .5rem; font-weight: 600; }
  ul { list-style: none; margin: 0; padding: 0; }
  .long { max-height: 18rem; overflow-y: auto; }
  .pages { padding-left: 2rem; }
  li label { display: flex; gap: .75rem; align-items: start; padding: .5rem 0; cursor: pointer; }
  input[type=radio], input[type=checkbox] { margin: .3rem 0 0; inline-size: 1.1rem; block-size: 1.1rem; accent-color: var(--main); flex: none; }
  .row { display: flex; gap: .75rem; margin-top: .25rem; }
  .row input { flex: 1; min-width: 0; font: inherit; padding: .5rem .75rem; border: 1px solid var(--line); border-radius: .5rem; background: inherit; color: inherit; }
  .end { justify-content: end; margin-top: 1rem; }
  button { font: inherit; font-weight: 600; padding: .5rem 1.5rem; border: 1px solid var(--line); border-radius: 2rem; background: none; color: inherit; cursor: pointer; }
  button.main { background: var(--main); color: var(--on); border-color: var(--main); }
  button:disabled { opacity: .4; cursor: default; }
  :focus-visible { outline: 3px solid var(--main); outline-offset: 2px; }
</style>
</head>
<body><main>${main}
</main></body>
</html>
`,
  );
}

export function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll(
    '"',
    "&quot;",
  );
}
