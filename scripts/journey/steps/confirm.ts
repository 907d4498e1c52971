import { confirmationLink } from "../mail.ts";
import { expect, type Step } from "../journey.ts";

/** Opens the link in the mail, which works once, and signs in. */
export const confirm: Step = {
  name: "Confirm the e-mail",
  async run(journey) {
    const { app, stack, email, password } = journey;
    const early = await app.auth.signInWithPassword({ email, password });
    expect(
      early.error?.code === "email_not_confirmed",
      "Cannot trust Auth: it signs unconfirmed addresses in",
    );
    const { subject, link } = await confirmationLink(stack, email);
    const opened = await fetch(link, { redirect: "manual" });
    await opened.body?.cancel();
    const fragment = new URLSearchParams(opened.headers.get("location")?.split("#")[1] ?? "");
    expect(
      fragment.has("access_token"),
      `Cannot confirm the address: the link answered ${opened.status} ${
        fragment.get("error_description") ?? ""
      }`,
    );
    const { data, error } = await app.auth.signInWithPassword({ email, password });
    expect(error === null, `Cannot sign in: ${error?.message}`);
    journey.session = data.session;
    return `the link of “${subject}” worked, signed in`;
  },
};
