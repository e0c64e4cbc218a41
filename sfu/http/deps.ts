import type { OriginSettings } from '../accounts/origin.ts';
import type { PasswordChange } from '../accounts/password-change.ts';
import type { Sessions } from '../accounts/sessions.ts';
import type { SignIn } from '../accounts/sign-in.ts';
import type { Log } from '../log.ts';
import type { OrganizationRepository } from '../store/organization-repository.ts';

/** The settings that concern the web pages; the whole of config.ts fits here. */
export type HttpSettings = OriginSettings & {
  /** The folder of the built pages, absolute. */
  webDir: string;
};

/** What the HTTP interface stands on. */
export type HttpDeps = {
  config: HttpSettings;
  log: Log;
  /** Whether meetings can start. */
  ready: () => boolean;
  signIn: SignIn;
  sessions: Sessions;
  passwordChange: PasswordChange;
  organizations: Pick<OrganizationRepository, 'findByPublicId'>;
};
