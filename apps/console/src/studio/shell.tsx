import { studio as t } from "../texts/studio.ts";
import { type Places, Shell } from "../ui/shell.tsx";

const PLACES: Places = [{ title: t.nav.start, links: [["/studio", t.nav.home]] }];

export default function StudioShell() {
  return <Shell label={t.nav.label} places={PLACES} />;
}
