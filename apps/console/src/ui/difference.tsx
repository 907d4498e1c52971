/** Compares two texts word by word: removed words are struck through, added words are highlighted. */
export function Difference({ before, after }: { before: string; after: string }) {
  return (
    <span className="pre">
      {compare(before, after).map(({ text, how }, at) =>
        how === "went"
          ? <del key={at}>{text}</del>
          : how === "came"
          ? <ins key={at}>{text}</ins>
          : <span key={at}>{text}</span>
      )}
    </span>
  );
}

type Part = { text: string; how: "same" | "went" | "came" };
/** The comparison table has at most the square of this many cells; longer texts are shown one after the other. */
const MOST = 1_500;

export function compare(before: string, after: string): Part[] {
  const a = before.split(/(\s+)/), b = after.split(/(\s+)/);
  if (before === after) return [{ text: after, how: "same" }];
  if (a.length * b.length > MOST * MOST) return [{ text: before, how: "went" }, { text: after, how: "came" }];
  // Longest common subsequence of words, computed from the end so that the parts come out in order.
  const width = b.length + 1;
  const longest = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      longest[i * width + j] = a[i] === b[j]
        ? (longest[(i + 1) * width + j + 1] ?? 0) + 1
        : Math.max(longest[(i + 1) * width + j] ?? 0, longest[i * width + j + 1] ?? 0);
    }
  }
  const parts: Part[] = [];
  const add = (text: string, how: Part["how"]) => {
    // Splitting an empty text, or one that begins with a space, yields an empty word.
    if (text === "") return;
    const last = parts.at(-1);
    if (last?.how === how) last.text += text;
    else parts.push({ text, how });
  };
  let i = 0, j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      add(a[i] ?? "", "same");
      i++;
      j++;
    } else if (
      j >= b.length ||
      i < a.length && (longest[(i + 1) * width + j] ?? 0) >= (longest[i * width + j + 1] ?? 0)
    ) {
      add(a[i++] ?? "", "went");
    } else add(b[j++] ?? "", "came");
  }
  return parts;
}
