import { describe, expect, it } from 'vitest';
import { newBanner } from '../../../sfu/protocol/banner.ts';
import { formOf, isSame, problemsOf, read, readColor, textsOf } from './banner-form.ts';

const filled = (look: Partial<ReturnType<typeof formOf>['look']> = {}) => {
  const form = formOf(null);
  return { name: 'トップページ', look: { ...form.look, ...look } };
};

describe('a colour', () => {
  it.each([
    ['#1F4A80', '#1f4a80'],
    ['1f4a80', '#1f4a80'],
    ['＃１ｆ４ａ８０', '#1f4a80'],
    [' #fb0 ', '#ffbb00'],
  ])('is read as people type it: %s', (typed, color) => {
    expect(readColor(typed)).toBe(color);
  });

  it.each(['', '#', 'あお', '#1f4a8', '#1f4a8g', 'rgb(1, 2, 3)', '#1f4a80ff'])('is none: %s', (typed) => {
    expect(readColor(typed)).toBeNull();
  });
});

describe('a banner that is being made', () => {
  it('wants a name first', () => {
    expect(problemsOf(formOf(null))).toEqual({ name: { what: 'missing' } });
    expect(problemsOf({ ...filled(), name: '　 ' })).toEqual({ name: { what: 'missing' } });
    expect(problemsOf(filled())).toEqual({});
  });

  it('is told what would be cut off, to the character', () => {
    expect(problemsOf({ ...filled(), name: '店'.repeat(60) })).toEqual({});
    expect(problemsOf({ ...filled(), name: '店'.repeat(61) })).toEqual({
      name: { what: 'tooLong', max: 60, count: 61 },
    });
    expect(problemsOf(filled({ heading: '𠮷'.repeat(120) }))).toEqual({});
    expect(problemsOf(filled({ heading: '𠮷'.repeat(121) }))).toEqual({
      heading: { what: 'tooLong', max: 120, count: 121 },
    });
  });

  it('is not asked about texts that its shape does not show', () => {
    expect(problemsOf(filled({ shape: 'button', text: 'あ'.repeat(200) }))).toEqual({});
    expect(textsOf('corner')).toEqual(['heading', 'button']);
  });

  it('is sent as the server takes it', () => {
    const sent = read(filled({ color: 'FB0', heading: ' ようこそ ' }));
    expect(newBanner.parse(sent)).toEqual(sent);
    expect(sent.look).toMatchObject({ color: '#ffbb00', heading: 'ようこそ' });
  });

  it('knows whether something has changed', () => {
    expect(isSame(filled(), filled())).toBe(true);
    expect(isSame(filled(), filled({ shape: 'corner' }))).toBe(false);
  });
});
