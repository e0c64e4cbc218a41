/** Limits that both sides of the wire keep to. Every constant carries its unit in its name. */
export const limits = {
  /** J6: one host and three guests. */
  participantsPerMeeting: 4,
  connectionNumberDigits: 5,
  /** J2: a number outlives its page by this much … */
  numberGraceMs: 60_000,
  /** … lives this long at the most … */
  numberLifetimeMs: 30 * 60_000,
  /** … and rests this long before it is handed out again. */
  numberRestMs: 10 * 60_000,
  /** J5: how long an invitation link can be used. */
  invitationLifetimeMs: 24 * 60 * 60_000,
  invitationsPerMeeting: 20,
  /** How many people can come in by one link, all in all. */
  usesPerInvitation: 10,
  /** More than this at one door is a mistake or an attack. */
  knockersPerMeeting: 6,
  nameCharacters: 60,
  chatCharacters: 4_000,
  /** Messages of a meeting's chat that a snapshot carries; older ones stay in the history. */
  chatInSnapshot: 500,
  /** D1; the operator can set other limits. */
  documentBytesMax: 100_000_000,
  documentPagesMax: 500,
  documentTitleCharacters: 200,
  fileNameCharacters: 255,
  /** A memo of this length is a book; D2 asks for no limit that anybody would meet. */
  memoCharacters: 1_000_000,
  documentsPerAccount: 2_000,
  /** D7: what one guest can bring to one meeting. */
  documentsPerGuest: 10,
  /** Offers that one meeting can hold, open and settled. */
  offersPerMeeting: 200,
  /** D4: how often a pointer's place is told while it moves … */
  pointerIntervalMs: 33,
  /** … and when one that rests is gone. */
  pointerRestMs: 5_000,
  /** R1: everybody has been told for this long when a recording begins. */
  recordingNoticeMs: 3_000,
  /** R3: then a new part begins. */
  recordingPartMs: 60 * 60_000,
  /** R3, R5: what an hour takes, about; for telling how much time is left. */
  recordingBytesPerHour: { video: 200_000_000, audio: 24_000_000 },
  /** A tile whose person has no line and no media goes after this long (C7: ghost tiles never stay). */
  lostLineMs: 30_000,
  /** While media still flows, a person may be without signalling for longer. */
  lostSignallingMs: 120_000,
  /** A meeting in which nobody has been present for this long is over. */
  abandonedMs: 30 * 60_000,
  /** Of an account's login ID, a unit's name, and a note to a user. */
  loginCharacters: 64,
  unitCharacters: 60,
  noteCharacters: 500,
  /** A2, A4 */
  usersPerRequest: 1_000,
  usersPerFile: 10_000,
  unitLevels: 5,
  /** What can be set at all: a petabyte, and what a document may be at the most. */
  quotaBytesMax: 1_000_000_000_000_000,
  documentBytesCeiling: 2_000_000_000,
  documentPagesCeiling: 5_000,
  /** B3, B4 */
  meetingNoteCharacters: 20_000,
  bannerCharacters: 120,
  bannersPerOrganization: 100,
  originCharacters: 300,
  passwordCharactersMin: 12,
  passwordCharactersMax: 128,
} as const;
