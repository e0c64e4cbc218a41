import { AccountRepository } from './account-repository.ts';
import { BannerRepository } from './banner-repository.ts';
import { CallbackRepository } from './callback-repository.ts';
import { ChatRepository } from './chat-repository.ts';
import { ConnectionNumberRepository } from './connection-number-repository.ts';
import type { Database } from './database.ts';
import { DocumentRepository } from './document-repository.ts';
import { HistoryRepository } from './history-repository.ts';
import { LogRepository } from './log-repository.ts';
import { MeetingRepository } from './meeting-repository.ts';
import { OrganizationRepository } from './organization-repository.ts';
import { RecordingRepository } from './recording-repository.ts';
import { SessionRepository } from './session-repository.ts';
import { UnitRepository } from './unit-repository.ts';
import { UsageRepository } from './usage-repository.ts';
import { UserImportRepository } from './user-import-repository.ts';

export type Repositories = ReturnType<typeof createRepositories>;

/** One of each, for the composition root. */
export function createRepositories(db: Database) {
  return {
    meetings: new MeetingRepository(db),
    chat: new ChatRepository(db),
    connectionNumbers: new ConnectionNumberRepository(db),
    organizations: new OrganizationRepository(db),
    accounts: new AccountRepository(db),
    units: new UnitRepository(db),
    userImports: new UserImportRepository(db),
    sessions: new SessionRepository(db),
    documents: new DocumentRepository(db),
    recordings: new RecordingRepository(db),
    banners: new BannerRepository(db),
    callbacks: new CallbackRepository(db),
    history: new HistoryRepository(db),
    logs: new LogRepository(db),
    usage: new UsageRepository(db),
  };
}
