/** Terminal output while a stack starts and runs: one line per step, with its duration. */
const colors = !Deno.noColor && Deno.stdout.isTerminal();
const dim = (text: string) => colors ? `\x1b[2m${text}\x1b[22m` : text;
const bold = (text: string) => colors ? `\x1b[1m${text}\x1b[22m` : text;
const red = (text: string) => colors ? `\x1b[31m${text}\x1b[39m` : text;

export class Reporter {
  constructor(private quiet = false) {}

  line(text = ""): void {
    if (!this.quiet) console.log(text);
  }

  title(text: string): void {
    this.line(bold(text));
  }

  note(text: string): void {
    this.line(dim(`  ${text}`));
  }

  warn(text: string): void {
    console.error(red(`! ${text}`));
  }

  /** Runs a step and prints its name and duration. Steps may run in parallel. */
  async step<Result>(text: string, work: () => Promise<Result>): Promise<Result> {
    const started = performance.now();
    const result = await work();
    this.line(`  ${text} ${dim(`${Math.round(performance.now() - started)} ms`)}`);
    return result;
  }
}
