import type {
  Notice,
  NoticeName,
  PresenceToPage,
  PresenceToPageName,
  Whisper,
  WhisperName,
} from '../protocol/notices.ts';
import type { DeviceState } from '../protocol/view.ts';
import type { LiveMeeting } from './live-meeting.ts';

/** The signed-in rep behind a connection. */
export type RepAccount = {
  accountId: string;
  name: string;
  organizationId: string;
  organizationName: string;
};

/** Which place in which meeting a connection speaks for. */
export type SeatOf = {
  meeting: LiveMeeting;
  participantId: string;
  /** A rep who has typed a number but not yet pressed 接続する: media is made ready, nobody sees them. */
  preparing: boolean;
  /** What a preparing rep's page has said of its devices; it becomes the participant's on connecting. */
  devices?: { microphone?: DeviceState; camera?: DeviceState; speaker?: 'on' | 'off' };
};

/** One open page. What a meeting needs of a socket, and no more. */
export interface Connection {
  readonly id: string;
  /** For limits: the client's address as the web server sees it. */
  readonly address: string;
  /** False once the page has gone: what was still under way for it must not seat it any more. */
  readonly isOpen: boolean;
  account: RepAccount | null;
  seat: SeatOf | null;
  notice<N extends NoticeName>(name: N, revision: number, notice: Notice<N>): void;
  whisper<N extends WhisperName>(name: N, whisper: Whisper<N>): void;
  /** Volatile: dropped when the line is busy. */
  presence<N extends PresenceToPageName>(name: N, presence: PresenceToPage<N>): void;
}
