/** Two soft notes, one above the other, as when a door is knocked at politely. */
const notesHz = [784, 988];
const noteMs = 450;
const betweenMs = 180;
const loudness = 0.12;
const secondMs = 1_000;

/**
 * Played through the speaker that the person has chosen. A browser that plays nothing before the first touch
 * stays silent: the card and the title say it too.
 */
export async function playChime(speaker: string | null): Promise<void> {
  const context = new AudioContext();
  try {
    if (speaker && 'setSinkId' in context) {
      await (context.setSinkId as (id: string) => Promise<void>)(speaker).catch(() => undefined);
    }
    if (context.state !== 'running') await Promise.race([context.resume(), wait(secondMs)]);
    if (context.state !== 'running') return;
    for (const [index, frequency] of notesHz.entries()) {
      const at = context.currentTime + (index * betweenMs) / secondMs;
      const end = at + noteMs / secondMs;
      const oscillator = new OscillatorNode(context, { frequency });
      const gain = new GainNode(context, { gain: 0 });
      gain.gain.setValueAtTime(0, at);
      gain.gain.linearRampToValueAtTime(loudness, at + 0.03);
      gain.gain.exponentialRampToValueAtTime(0.001, end);
      oscillator.connect(gain).connect(context.destination);
      oscillator.start(at);
      oscillator.stop(end);
    }
    await wait(notesHz.length * betweenMs + noteMs);
  } finally {
    await context.close();
  }
}

async function wait(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}
