import type { Answer, Input, RequestName } from './requests.ts';
import type {
  Notice,
  NoticeName,
  PresenceToPage,
  PresenceToPageName,
  PresenceToServer,
  PresenceToServerName,
  Whisper,
  WhisperName,
} from './notices.ts';

/** socket.io's event maps, derived from the tables so that they cannot differ from them. */
export type ClientToServer = {
  [N in RequestName]: (input: Input<N>, answer: (answer: Answer<N>) => void) => void;
} & {
  [N in PresenceToServerName]: (presence: PresenceToServer<N>) => void;
};

export type ServerToClient = {
  [N in NoticeName]: (revision: number, notice: Notice<N>) => void;
} & {
  [N in WhisperName]: (whisper: Whisper<N>) => void;
} & {
  [N in PresenceToPageName]: (presence: PresenceToPage<N>) => void;
};
