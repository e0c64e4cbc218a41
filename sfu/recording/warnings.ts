import type { Log } from '../log.ts';
import type { Letter, Mail } from '../mail.ts';
import type { StorageThreshold } from '../protocol/organization.ts';
import type { AccountRepository } from '../store/account-repository.ts';
import type { StorageWarning } from './shelf.ts';

export type WarningsOptions = {
  accounts: Pick<AccountRepository, 'load' | 'mail'>;
  /** Whom the organisation wants to be written to; asked for each warning. */
  whomToWarn: (
    accountId: string,
  ) => Promise<{ owner: boolean; admins: readonly { accountId: string; mail: string }[] }>;
  /** Null: the server cannot send mail; the warnings are on screen only. */
  mail: Mail | null;
  /** The address people type, for a link; null where it is not known. */
  publicOrigin: string | null;
  log: Log;
};

type Letters = (threshold: Amount, facts: Facts) => Omit<Letter, 'to'>;
/** A threshold in words: of the space, or so much. */
type Amount = { ja: string; en: string };
type Facts = { name: string; taken: string; limit: string; video: string; audio: string; link: string[] };

const mega = 1_000_000;
const giga = 1_000_000_000;
const hourMs = 60 * 60_000;

/** R5, A7: tells owners and admins by mail that the space for recordings runs out. */
export class StorageWarnings {
  readonly #options: WarningsOptions;

  constructor(options: WarningsOptions) {
    this.#options = options;
  }

  /** Returns at once; nobody waits for mail. */
  warn(warning: StorageWarning): void {
    this.#send(warning).catch((error: unknown) => {
      this.#options.log.error({ err: error }, 'a warning about storage could not be written');
    });
  }

  async #send(warning: StorageWarning): Promise<void> {
    const { accounts, mail, whomToWarn } = this.#options;
    if (!mail) return;
    const { accountId, threshold } = warning;
    const account = await accounts.load(accountId);
    if (!account) return;
    const { owner, admins } = await whomToWarn(accountId);
    const ownerMail = owner ? await accounts.mail(accountId) : null;
    const facts = this.#facts(warning, account.name);
    const write = (to: string, letters: Letters) => {
      mail.send({ to, ...letters(inWords(threshold), facts) });
    };
    if (ownerMail !== null) write(ownerMail, toOwner);
    // An address that several of them share gets one letter.
    const others = new Set(admins.map((admin) => admin.mail).filter((address) => address !== ownerMail));
    for (const address of others) write(address, toAdmin);
  }

  #facts({ storage }: StorageWarning, name: string): Facts {
    const { usedBytes, reservedBytes, limitBytes, remainingMs } = storage;
    const { publicOrigin } = this.#options;
    const gigabytes = (bytes: number) => (bytes / giga).toFixed(2);
    const hours = (ms: number) => (ms / hourMs).toFixed(1);
    return {
      name,
      taken: gigabytes(usedBytes + reservedBytes),
      limit: gigabytes(limitBytes),
      video: hours(remainingMs.video),
      audio: hours(remainingMs.audio),
      link: publicOrigin === null ? [] : [`${publicOrigin}/dashboard`],
    };
  }
}

function inWords({ unit, value }: StorageThreshold): Amount {
  if (unit === 'percent') return { ja: `の ${value}% `, en: `${value}% of` };
  const amount = value < giga ? `${short(value / mega)} MB` : `${short(value / giga)} GB`;
  return { ja: `のうち ${amount} `, en: `${amount} of` };
}

/** With at most two decimals. */
function short(value: number): string {
  return String(Number(value.toFixed(2)));
}

/** In both languages, as nobody knows which one its reader has chosen; so is the other letter. */
function toOwner({ ja, en }: Amount, { name, taken, limit, video, audio, link }: Facts): Omit<Letter, 'to'> {
  return {
    subject: `【Taimen】録画の保存容量${ja}を超えました / ${en} your recording space is taken`,
    text: [
      `${name} 様`,
      '',
      `録画の保存容量${ja}を超えました(${limit} GB 中 ${taken} GB)。`,
      `残りは録画で約 ${video} 時間、音声議事録で約 ${audio} 時間です。`,
      '容量がなくなると、録画はそこで終わります(商談は続き、それまでの録画は残ります)。',
      '商談履歴で、必要な録画をダウンロードし、不要なものを削除してください。自動で削除されることはありません。',
      ...link,
      '',
      '----',
      '',
      `Dear ${name},`,
      '',
      `More than ${en} your space for recordings is taken (${taken} GB of ${limit} GB).`,
      `What is left is enough for about ${video} hours of video, or ${audio} hours of sound only.`,
      'When it is used up, a recording ends there (the meeting goes on, and what was recorded stays).',
      'Please download what you need from the history and delete what you do not. Nothing is deleted by itself.',
      ...link,
      '',
      ...signature,
    ].join('\n'),
  };
}

/** Who sees how much there is, but not what it is: recordings are their owners' alone. */
function toAdmin({ ja, en }: Amount, { name, taken, limit, video, audio, link }: Facts): Omit<Letter, 'to'> {
  return {
    subject: `【Taimen】${name} さんの録画の保存容量${ja}を超えました / ${en} the recording space of ${name} is taken`,
    text: [
      '管理者 様',
      '',
      `${name} さんの録画の保存容量${ja}を超えました(${limit} GB 中 ${taken} GB)。`,
      `残りは録画で約 ${video} 時間、音声議事録で約 ${audio} 時間です。容量がなくなると、録画はそこで終わります。`,
      '不要な録画の削除を本人に依頼するか、ユーザー管理で容量を増やしてください。',
      ...link,
      '',
      '----',
      '',
      'Dear admin,',
      '',
      `More than ${en} the space for recordings of ${name} is taken (${taken} GB of ${limit} GB).`,
      `What is left is enough for about ${video} hours of video, or ${audio} hours of sound only.`,
      'When it is used up, a recording ends there. Please ask them to delete what they do not need, or give them more space.',
      ...link,
      '',
      ...signature,
    ].join('\n'),
  };
}

const signature = ['-- ', 'Taimen (対面)', ''];
