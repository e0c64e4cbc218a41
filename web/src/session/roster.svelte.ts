import type { LeaveReason, ParticipantView, Snapshot } from '../../../sfu/protocol/view.ts';
import type { CallEvent, Knocker } from './api.ts';
import { Person } from './person.svelte.ts';
import type { PersonContext } from './person.svelte.ts';

const eventsKept = 20;

/** Who is in the meeting and who is at its door, as the server tells it, and what happened lately. */
export class Roster {
  people = $state.raw<readonly Person[]>([]);
  knockers = $state.raw<readonly Knocker[]>([]);
  events = $state.raw<readonly CallEvent[]>([]);
  readonly #context: PersonContext;
  /** Who was here before: when they are here again, they have come back. */
  #gone: readonly string[] = [];

  constructor(context: PersonContext) {
    this.#context = context;
  }

  get self(): Person | null {
    return this.people.find((person) => person.isSelf) ?? null;
  }

  get others(): readonly Person[] {
    return this.people.filter((person) => !person.isSelf);
  }

  /** The whole at once; what has changed since this page last knew is announced like any other change. */
  apply({ participants, self }: Snapshot): void {
    const present = participants.filter(({ standing }) => standing === 'present');
    const before = this.people;
    const at = Date.now();
    this.#setPeople(present.map((view) => this.#personOf(view)));
    if (before.length > 0) {
      for (const { id, name } of before) {
        if (!this.people.some((person) => person.id === id)) this.#leave(id, name, 'left', at);
      }
      for (const person of this.people) if (!before.includes(person)) this.#join(person, at);
    }
    this.knockers = participants
      .filter(({ standing, id }) => standing === 'knocking' && id !== self)
      .map(({ id, name, joinedAt }) => ({ id, name, since: joinedAt }));
  }

  changed(view: ParticipantView): void {
    this.knockers = this.knockers.filter(({ id }) => id !== view.id);
    if (view.standing === 'knocking') {
      this.knockers = [...this.knockers, { id: view.id, name: view.name, since: view.joinedAt }];
    }
    if (view.standing !== 'present') return;
    const isNew = !this.people.some(({ id }) => id === view.id);
    const person = this.#personOf(view);
    this.#setPeople([...this.people.filter((each) => each !== person), person]);
    if (isNew) this.#join(person, Date.now());
  }

  left(participantId: string, name: string, reason: LeaveReason): void {
    const wasPresent = this.people.some(({ id }) => id === participantId);
    this.people = this.people.filter(({ id }) => id !== participantId);
    this.knockers = this.knockers.filter(({ id }) => id !== participantId);
    if (wasPresent) this.#leave(participantId, name, reason, Date.now());
  }

  speaking(participantIds: readonly string[]): void {
    for (const person of this.people) person.speaking = participantIds.includes(person.id);
  }

  clear(): void {
    this.people = [];
    this.knockers = [];
  }

  /* The same person stays the same object: their picture must not blink when something else changes. */
  #personOf(view: ParticipantView): Person {
    const known = this.people.find(({ id }) => id === view.id);
    if (!known) return new Person(view, this.#context);
    known.view = view;
    return known;
  }

  #setPeople(people: readonly Person[]): void {
    const ordered = people.toSorted((a, b) => a.view.joinedAt - b.view.joinedAt || (a.id < b.id ? -1 : 1));
    const isSame = ordered.length === this.people.length && ordered.every((p, i) => p === this.people[i]);
    if (!isSame) this.people = ordered;
  }

  #join(person: Person, at: number): void {
    if (person.isSelf) return;
    const kind = this.#gone.includes(person.id) ? 'returned' : 'joined';
    this.#gone = this.#gone.filter((id) => id !== person.id);
    this.#event({ kind, name: person.name, at });
  }

  #leave(id: string, name: string, reason: LeaveReason, at: number): void {
    this.#gone = [...this.#gone, id];
    this.#event({ kind: 'left', name, reason, at });
  }

  #event(event: CallEvent): void {
    this.events = [...this.events, event].slice(-eventsKept);
  }
}
