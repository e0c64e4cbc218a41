import { describe, expect, it } from 'vitest';
import type { Entrance } from '../call/entrance.svelte.ts';
import type { Failure } from '../session/api.ts';
import { Preparation } from './preparation.svelte.ts';

type Answer = { guestName: string } | Failure;

/** A desk whose server answers when the test says so. */
function desk() {
  const asked: { number: string; answer: (answer: Answer) => void }[] = [];
  const call = {
    prepareNumber: (number: string) =>
      new Promise<Answer>((resolve) => asked.push({ number, answer: resolve })),
  };
  const entrance = { ready: Promise.resolve({ call }) } as unknown as Entrance;
  return { preparation: new Preparation(entrance), asked };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('while the rep types the number', () => {
  it('looks nobody up before the fifth digit', async () => {
    const { preparation, asked } = desk();
    await preparation.follow('4820');
    expect(asked).toEqual([]);
    expect(preparation.looking).toBe(false);
  });

  it('finds the customer at the fifth, however it is written', async () => {
    const { preparation, asked } = desk();
    void preparation.follow('48 20五');
    await settled();
    expect(preparation.looking).toBe(true);
    expect(asked[0]!.number).toBe('48205');
    asked[0]!.answer({ guestName: '田中' });
    await settled();
    expect(preparation.found).toEqual({ guestName: '田中' });
    expect(preparation.looking).toBe(false);
  });

  it('forgets an answer that comes after the number was changed', async () => {
    const { preparation, asked } = desk();
    void preparation.follow('11111');
    await settled();
    void preparation.follow('22222');
    await settled();
    asked[0]!.answer({ guestName: 'wrong' });
    await settled();
    expect(preparation.found).toBeNull();
    asked[1]!.answer({ code: 'number-unknown', details: {} });
    await settled();
    expect(preparation.failure?.code).toBe('number-unknown');
  });

  it('asks once for the same number', async () => {
    const { preparation, asked } = desk();
    void preparation.follow('48205');
    await settled();
    void preparation.follow('4820-5');
    await settled();
    expect(asked).toHaveLength(1);
  });
});
