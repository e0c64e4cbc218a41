import type { BannerLook } from '../../sfu/protocol/banner.ts';
import { callbackForm, type SendCallback } from './callback-form.ts';
import { create } from './dom.ts';
import { wordsIn, type Language } from './words.ts';

export type BannerSubject = { look: BannerLook; organizationName: string };

export type BannerActions = {
  /** Where a press leads to; asked again whenever the banner is about to be pressed. */
  startUrl: () => string;
  send: SendCallback;
  /** For the corner alone, which lies over the page. */
  close: () => void;
};

export type BannerView = {
  element: HTMLElement;
  /** Something has been typed, or is on its way. */
  isInUse: () => boolean;
  tell: (isAvailable: boolean) => void;
  /** A page that never reloads has had many addresses by now. */
  aim: () => void;
};

/** What is seen of a banner. Its elements stay as long as its look does, so that nothing typed is lost. */
export function bannerView(
  { look, organizationName }: BannerSubject,
  language: Language,
  { startUrl, send, close }: BannerActions,
): BannerView {
  const words = wordsIn(language);
  const { shape } = look;
  const heading = look.heading || words.heading;
  let hasLeft = false;

  const text = create('p', {}, shape === 'card' ? look.text || words.text : '');
  const status = create('p', { role: 'status' });
  const thanks = create('p', { tabindex: '-1' });
  const start = create(
    'a',
    { target: '_blank', rel: 'noopener' },
    look.button || words.button,
    create('span', { class: 'spoken' }, words.newTab),
  );
  const form = callbackForm(words, organizationName, send, () => {
    hasLeft = true;
    form.element.remove();
    thanks.textContent = words.thanks(organizationName);
    thanks.focus();
  });
  const leave = create('button', {}, words.leave);
  leave.onclick = () => {
    leave.hidden = true;
    form.open();
  };
  const head = create('div', { class: 'head' }, heading);
  if (shape === 'corner') {
    const button = create('button', { class: 'close', 'aria-label': words.close }, '✕');
    button.onclick = close;
    head.append(button);
  }

  const isInUse = () => !hasLeft && form.isInUse();
  const aim = () => {
    start.href = startUrl();
  };
  return {
    element: create(
      'section',
      { lang: language, class: shape, 'aria-label': heading },
      ...(shape === 'button' ? [] : [head]),
      text,
      status,
      start,
      leave,
      form.element,
      thanks,
    ),
    isInUse,
    aim,
    tell: (isAvailable) => {
      const said = isAvailable ? words.available : words.nobody;
      // Said anew only when it is something new.
      if (status.textContent !== said) status.textContent = said;
      // The usual sentence is about a button that is not there.
      text.hidden = !isAvailable && !look.text;
      status.className = isAvailable ? 'status' : 'status nobody';
      start.hidden = !isAvailable;
      // A form that was only opened makes room for the call itself.
      if (isAvailable && !isInUse()) form.element.hidden = true;
      leave.hidden = isAvailable || hasLeft || !form.element.hidden;
      aim();
    },
  };
}
