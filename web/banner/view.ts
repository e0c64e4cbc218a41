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
  /** @param isHeld somebody points at it or has the focus in it: words change, and nothing changes its place */
  tell: (isAvailable: boolean, isHeld: boolean) => void;
  /** As if somebody wanted to leave their name, or had. */
  open: () => void;
  thank: () => void;
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
  const thank = () => {
    hasLeft = true;
    form.element.remove();
    thanks.textContent = words.thanks(organizationName);
  };
  const form = callbackForm(words, organizationName, send, () => {
    thank();
    thanks.focus();
  });
  const leave = create('button', {}, words.leave);
  const open = () => {
    leave.hidden = true;
    form.element.hidden = false;
  };
  leave.onclick = () => {
    open();
    form.focus();
  };
  const head = create('div', { class: 'head' }, heading);
  if (shape === 'corner') {
    const button = create('button', { class: 'close', 'aria-label': words.close }, '✕');
    button.onclick = close;
    head.append(button);
  }

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
    isInUse: form.isInUse,
    aim,
    open,
    thank,
    tell: (isAvailable, isHeld) => {
      const said = isAvailable ? words.available : words.nobody;
      // Said anew only when it is something new.
      if (status.textContent !== said) status.textContent = said;
      status.className = isAvailable ? 'status' : 'status nobody';
      if (isHeld) return;
      // The usual sentence is about a button that is not there.
      text.hidden = !isAvailable && !look.text;
      start.hidden = !isAvailable;
      // A form that was only opened makes room for the call itself.
      if (isAvailable && !form.isInUse()) form.element.hidden = true;
      leave.hidden = isAvailable || hasLeft || !form.element.hidden;
      aim();
    },
  };
}
