import { studio as t } from "../texts/studio.ts";
import { Page } from "../ui/parts.tsx";

export default function Home() {
  return <Page title={t.home.title}>…</Page>;
}
