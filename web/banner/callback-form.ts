import { create } from './dom.ts';
import { phoneNumber } from './phone.ts';
import type { Words } from './words.ts';

/** What somebody leaves whom nobody could talk to; sfu/protocol/banner.ts, `leaveCallback`, without the page. */
export type CallbackRequest = { name: string; phone: string; wish: string };

/** `phoneWrong`: the server does not take it for a number. Null: it has arrived. */
export type SendCallback = (request: CallbackRequest) => Promise<'notSent' | 'gone' | 'phoneWrong' | null>;

export type CallbackForm = {
  element: HTMLFormElement;
  /** Something would be lost if it went. */
  isInUse: () => boolean;
  focus: () => void;
};

/* As many characters as sfu/protocol/limits.ts allows. */
const nameCharacters = '60';
const phoneCharacters = '40';
const wishCharacters = '120';

/** A field with its name, and a place for what is wrong with it. */
function field(id: string, label: string, attributes: Readonly<Record<string, string>>) {
  const input = create('input', { id, 'aria-describedby': `${id}-error`, ...attributes });
  const error = create('p', { id: `${id}-error`, class: 'error' });
  const complain = (text: string) => {
    error.textContent = text;
    input.ariaInvalid = text ? 'true' : null;
  };
  // Whoever mends it is not scolded any longer.
  input.oninput = () => complain('');
  return {
    input,
    complain,
    text: () => input.value.trim(),
    element: create('div', {}, create('label', { for: id }, label), input, error),
  };
}

/** Name, telephone and a wished time: for when nobody can take the call now. What was typed stays until it has arrived. */
export function callbackForm(
  words: Words,
  organizationName: string,
  send: SendCallback,
  arrived: () => void,
): CallbackForm {
  const name = field('name', words.name, { autocomplete: 'name', maxlength: nameCharacters, required: '' });
  const phone = field('phone', words.phone, {
    type: 'tel',
    autocomplete: 'tel',
    maxlength: phoneCharacters,
    required: '',
  });
  const wish = field('wish', words.wish, { maxlength: wishCharacters });
  const fields = [name, phone, wish];
  const error = create('p', { role: 'alert', class: 'error' });
  const button = create('button', {}, words.send);
  let isSending = false;

  const tellSending = (sending: boolean) => {
    isSending = sending;
    button.textContent = sending ? words.sending : words.send;
    // aria-disabled instead of disabled: the focus stays on the button.
    button.ariaDisabled = `${sending}`;
  };

  const submit = async () => {
    if (isSending) return;
    const request = { name: name.text(), phone: phoneNumber(phone.text()) ?? '', wish: wish.text() };
    error.textContent = '';
    name.complain(request.name ? '' : words.nameMissing);
    phone.complain(request.phone ? '' : words.phoneWrong);
    if (!request.name || !request.phone) {
      (request.name ? phone : name).input.focus();
      return;
    }
    tellSending(true);
    const failure = await send(request);
    tellSending(false);
    if (failure) error.textContent = words[failure];
    else {
      // Nothing would be lost any more.
      element.reset();
      arrived();
    }
  };

  const element = create(
    'form',
    // What is wrong is said in this banner's language, not in the browser's.
    { novalidate: '', hidden: '' },
    ...fields.map((each) => each.element),
    create('p', { class: 'quiet' }, words.goesTo(organizationName)),
    error,
    button,
  );
  element.onsubmit = (event) => {
    event.preventDefault();
    void submit();
  };
  // The page would take what is typed here for its keyboard shortcuts: it sees the host and no field.
  for (const type of ['keydown', 'keypress', 'keyup'])
    element.addEventListener(type, (event) => event.stopPropagation());

  return {
    element,
    isInUse: () => isSending || fields.some(({ text }) => text() !== ''),
    focus: () => name.input.focus(),
  };
}
