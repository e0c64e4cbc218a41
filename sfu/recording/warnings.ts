import type { Log } from '../log.ts';
import type { Letter, Mail } from '../mail.ts';
import type { AccountRepository } from '../store/account-repository.ts';
import type { StorageWarning } from './shelf.ts';

export type WarningsOptions = {
  accounts: Pick<AccountRepository, 'load' | 'mail'>;
  /** Null: the server cannot send mail; the warnings are on screen only. */
  mail: Mail | null;
  /** The address people type, for a link; null where it is not known. */
  publicOrigin: string | null;
  log: Log;
};

const giga = 1_000_000_000;
const hourMs = 60 * 60_000;

/** R5: tells owners by mail that the space for recordings runs out. */
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
    const { accounts, mail, publicOrigin } = this.#options;
    if (!mail) return;
    const to = await accounts.mail(warning.accountId);
    const account = await accounts.load(warning.accountId);
    if (to === null || !account) return;
    mail.send({ to, ...letterOf(warning, account.name, publicOrigin) });
  }
}

/** In both languages, as nobody knows which one its reader has chosen. */
function letterOf(
  { percent, storage }: StorageWarning,
  name: string,
  publicOrigin: string | null,
): Omit<Letter, 'to'> {
  const { usedBytes, reservedBytes, limitBytes, remainingMs } = storage;
  const gigabytes = (bytes: number) => (bytes / giga).toFixed(2);
  const hours = (ms: number) => (ms / hourMs).toFixed(1);
  const taken = gigabytes(usedBytes + reservedBytes);
  const limit = gigabytes(limitBytes);
  const [video, audio] = [hours(remainingMs.video), hours(remainingMs.audio)];
  const link = publicOrigin === null ? [] : [`${publicOrigin}/dashboard`];
  const text = [
    `${name} 様`,
    '',
    `録画の保存容量の ${percent}% を超えました(${limit} GB 中 ${taken} GB)。`,
    `残りは録画で約 ${video} 時間、音声議事録で約 ${audio} 時間です。`,
    '容量がなくなると、録画はそこで終わります(商談は続き、それまでの録画は残ります)。',
    '商談履歴で、必要な録画をダウンロードし、不要なものを削除してください。自動で削除されることはありません。',
    ...link,
    '',
    '----',
    '',
    `Dear ${name},`,
    '',
    `More than ${percent}% of your space for recordings is taken (${taken} GB of ${limit} GB).`,
    `What is left is enough for about ${video} hours of video, or ${audio} hours of sound only.`,
    'When it is used up, a recording ends there (the meeting goes on, and what was recorded stays).',
    'Please download what you need from the history and delete what you do not. Nothing is deleted by itself.',
    ...link,
    '',
    '-- ',
    'Taimen (対面)',
    '',
  ].join('\n');
  return {
    subject: `【Taimen】録画の保存容量の ${percent}% を超えました / ${percent}% of your recording space is taken`,
    text,
  };
}
