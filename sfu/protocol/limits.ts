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
  /** A tile whose person has no line and no media goes after this long (C7: ghost tiles never stay). */
  lostLineMs: 30_000,
  /** While media still flows, a person may be without signalling for longer. */
  lostSignallingMs: 120_000,
  /** A meeting in which nobody has been present for this long is over. */
  abandonedMs: 30 * 60_000,
  passwordCharactersMin: 12,
  passwordCharactersMax: 128,
} as const;
