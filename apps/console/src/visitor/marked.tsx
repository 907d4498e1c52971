/** Search result texts with `<mark>` around matches. They are parsed as text and never inserted as HTML. */
const ENTITIES: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'", "#x27": "'" };

export function Marked({ html }: { html: string }) {
  return (
    <>
      {html.split(/(<mark>.*?<\/mark>)/s).map((part, at) => {
        const marked = part.match(/^<mark>(.*)<\/mark>$/s)?.[1];
        return marked === undefined ? plain(part) : <mark key={at}>{plain(marked)}</mark>;
      })}
    </>
  );
}

function plain(text: string): string {
  return text.replace(/<[^>]*>/g, "").replace(
    /&(amp|lt|gt|quot|#39|#x27);/g,
    (_, name: string) => ENTITIES[name] ?? "",
  );
}
