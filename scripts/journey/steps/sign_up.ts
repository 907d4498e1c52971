import { expect, must, type Step } from "../journey.ts";

/** Signs up with e-mail and password. There is no session until the address is confirmed. */
export const signUp: Step = {
  name: "Sign up",
  async run({ app, email, password, name }) {
    const { user, session } = await must(
      "sign up",
      app.auth.signUp({ email, password, options: { data: { display_name: name } } }),
    );
    expect(user?.email === email, "Cannot sign up: the answer names another user");
    expect(session === null, "Cannot trust the sign-up: it gave a session before the address was confirmed");
    return `${email}, a mail is on its way`;
  },
};
