/** The creator's mailbox on the local stack, which keeps every mail that Auth sends. */
import { z } from "zod";
import type { Stack } from "./journey.ts";

const Messages = z.object({ messages: z.array(z.object({ id: z.string(), subject: z.string() })) });
const Message = z.object({ text: z.string(), html: z.string() });

/** Returns the confirmation link of the newest mail to the address. */
export async function confirmationLink(
  stack: Stack,
  email: string,
): Promise<{ subject: string; link: string }> {
  const list = await fetch(`${stack.mail_url}/api/v1/messages?to=${encodeURIComponent(email)}`);
  const newest = Messages.parse(await list.json()).messages[0];
  if (!newest) throw new Error(`Cannot confirm the address: no mail came to ${email}`);
  const mail = Message.parse(await (await fetch(`${stack.mail_url}/api/v1/message/${newest.id}`)).json());
  const link = `${mail.html}\n${mail.text}`.match(/https?:\/\/[^\s"'<>]+\/auth\/v1\/verify\?[^\s"'<>]+/)?.[0];
  if (!link) throw new Error("Cannot confirm the address: the mail has no link");
  return { subject: newest.subject, link: link.replaceAll("&amp;", "&") };
}
