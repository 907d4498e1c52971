/** Mail never leaves the machine: the mailbox stores it and serves it as a page for people and as JSON for programs. */
import { escape, page } from "../http/page.ts";

export interface Mail {
  id: string;
  to: string;
  subject: string;
  text: string;
  html: string;
  sent_at: string;
}

/** A mail from Auth, in the format of its email driver. */
export interface OutgoingMail {
  to: string;
  subject: string;
  text?: string;
  html?: string;
}

const KEPT = 2_000;
const MESSAGE = new URLPattern({ pathname: "/:form(api/v1/message|message|html)/:id" });
const HEADERS = { "access-control-allow-origin": "*", "cache-control": "no-store" };

export class Mailbox {
  #mails: Mail[] = [];
  readonly #keys = new Set<string>();

  deliver(mail: OutgoingMail): void {
    this.#mails.push({
      id: crypto.randomUUID(),
      to: mail.to,
      subject: mail.subject,
      text: mail.text ?? "",
      html: mail.html ?? "",
      sent_at: new Date().toISOString(),
    });
    if (this.#mails.length > KEPT) this.#mails.shift();
  }

  /** Returns the mails, newest first. */
  list(to?: string | null): Mail[] {
    const address = to?.toLowerCase();
    return this.#mails.filter((mail) => !address || mail.to.toLowerCase() === address).reverse();
  }

  /** Accepts Resend's API; a setting directs the functions' mail to Resend or here. A repeated key is the same mail. */
  async #receive(request: Request): Promise<Response> {
    const key = request.headers.get("idempotency-key") ?? crypto.randomUUID();
    const { to, subject, text, html } = await request.json();
    if (!this.#keys.has(key)) {
      this.#keys.add(key);
      this.deliver({ to: String([to].flat()[0]), subject: String(subject), text, html });
    }
    return json({ id: key });
  }

  /** Handles a request below `base`. */
  respond(request: Request, base: string): Response | Promise<Response> {
    const { method } = request;
    const { pathname, searchParams } = new URL(request.url);
    const path = pathname.slice(base.length);
    if (method === "OPTIONS") {
      const allowed = { "access-control-allow-methods": "GET, DELETE", "access-control-allow-headers": "*" };
      return new Response(null, { status: 204, headers: { ...HEADERS, ...allowed } });
    }
    if (path === "/emails" && method === "POST") return this.#receive(request);
    const to = searchParams.get("to");
    if (path === "/api/v1/messages" && method === "DELETE") {
      const address = to?.toLowerCase();
      this.#mails = this.#mails.filter((mail) => address !== undefined && mail.to.toLowerCase() !== address);
      return new Response(null, { status: 204, headers: HEADERS });
    }
    if (method !== "GET") return json({ message: `Cannot ${method} this: read with GET` }, 405);
    if (path === "/api/v1/messages") return json({ messages: this.list(to), total: this.list(to).length });
    if (path === "" || path === "/") return page("Mailbox", renderList(this.list(to), base, to));
    const { form, id } = MESSAGE.exec({ pathname: path })?.pathname.groups ?? {};
    const mail = this.#mails.find((one) => one.id === id);
    if (form === "api/v1/message") {
      return mail
        ? json(mail)
        : json({ message: "Cannot find the message: it was deleted or never came" }, 404);
    }
    if (mail && form === "message") return page(mail.subject, renderMail(mail, base), { frames: true });
    // Links open in the top-level window, not in the surrounding frame.
    if (mail && form === "html") return html(mail.html.replace(/<head>/i, '<head><base target="_top">'));
    return page("Mailbox", `<p>There is no such message. <a href="${base}/">All messages</a></p>`, {
      status: 404,
    });
  }
}

function json(body: unknown, status = 200): Response {
  return Response.json(body, { status, headers: HEADERS });
}

function html(body: string): Response {
  return new Response(body, { headers: { ...HEADERS, "content-type": "text/html; charset=utf-8" } });
}

function renderList(mails: Mail[], base: string, to: string | null): string {
  const about = to ? `to ${escape(to)}` : "sent by this stack";
  if (mails.length === 0) return `<p class="quiet">No mail ${about} yet. Reload after signing up.</p>`;
  const rows = mails.map((mail) =>
    `<tr><td><a href="${base}/message/${mail.id}">${escape(mail.subject)}</a></td>` +
    `<td><a href="${base}/?to=${encodeURIComponent(mail.to)}">${escape(mail.to)}</a></td>` +
    `<td class="quiet">${escape(mail.sent_at.slice(0, 19).replace("T", " "))}</td></tr>`
  );
  return `<p class="quiet">Mail ${about}, newest first.</p>
<table><tr><th>Subject</th><th>To</th><th>Sent</th></tr>${rows.join("")}</table>`;
}

/** The mail's own HTML may open its links, and nothing else: no scripts, no access to this page. */
function renderMail(mail: Mail, base: string): string {
  return `<p class="quiet">To ${escape(mail.to)} · ${
    escape(mail.sent_at)
  } · <a href="${base}/">All messages</a></p>
<iframe sandbox="allow-popups allow-top-navigation-by-user-activation" title="Message" src="${base}/html/${mail.id}"></iframe>
<h2>As text</h2><p>${linkify(mail.text)}</p>`;
}

function linkify(text: string): string {
  return escape(text).replaceAll("\n", "<br>").replace(
    /https?:\/\/[^\s<]+/g,
    (url) => `<a href="${url}">${url}</a>`,
  );
}
