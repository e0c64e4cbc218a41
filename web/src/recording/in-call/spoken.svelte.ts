/** Something to be heard: again when its key is another one, not with every word that changes in it. */
export type Sentence = { key: string; text: string };

/**
 * What one live region reads out of several things that stand on the screen: whatever is new. A screen reader
 * hears only what comes into a place that was there before, so that the place stays and its text changes.
 */
export class Spoken {
  #text = $state('');
  #standing: readonly string[] = [];
  #saying: readonly string[] = [];

  get text(): string {
    return this.#text;
  }

  /** @param sentences everything that stands on the screen now */
  follow(sentences: readonly Sentence[]): void {
    const isNew = ({ key }: Sentence) => !this.#standing.includes(key);
    const news = sentences.filter(isNew);
    this.#standing = sentences.map(({ key }) => key);
    if (news.length > 0) {
      this.#saying = news.map(({ key }) => key);
      this.#text = news.map(({ text }) => text).join(' ');
    } else if (!this.#saying.some((key) => this.#standing.includes(key))) this.#text = '';
  }
}
