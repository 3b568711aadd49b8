/** Prepared answers by question; the one that was used least lately goes first when their bytes are too many. */
export class AnswerCache {
  private readonly answers = new Map<string, { readonly text: string; readonly slot: number }>();
  private bytes = 0;

  constructor(private readonly maxBytes: number) {}

  /** @param slot number of the time slot that the answer must be of */
  get(question: string, slot: number): string | undefined {
    const found = this.answers.get(question);
    if (!found) return undefined;
    this.remove(question);
    if (found.slot !== slot) return undefined;
    this.put(question, slot, found.text);
    return found.text;
  }

  put(question: string, slot: number, text: string): void {
    this.remove(question);
    if (text.length > this.maxBytes) return;
    this.answers.set(question, { text, slot });
    this.bytes += text.length;
    for (const oldest of this.answers.keys()) {
      if (this.bytes <= this.maxBytes) break;
      this.remove(oldest);
    }
  }

  private remove(question: string): void {
    this.bytes -= this.answers.get(question)?.text.length ?? 0;
    this.answers.delete(question);
  }
}
