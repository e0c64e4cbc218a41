import { readTable } from './table.ts';

export const senders = [
  'visitor',
  'waiting',
  'knocker',
  'guest',
  'elsewhere',
  'rep',
  'stranger',
  'host',
] as const;

/**
 * Who sends a message.
 * - `visitor`: no seat, not signed in;
 * - `waiting`: a customer with a number that nobody has typed yet;
 * - `knocker`: at the door of the host's room; `guest`: in it;
 * - `elsewhere`: a guest in a meeting of another organisation;
 * - `rep`: signed in, of the host's organisation, without a seat; `stranger`: the same of another organisation;
 * - `host`: of the meeting that everything is about.
 */
export type Sender = (typeof senders)[number];

/**
 * Who may what on the socket. Every row is one message that is in order, sent by everybody alike; behind `?` stands what
 * makes it different from another row of the same message. `sign-in` is sign-in-required, `no` not-allowed. `idle`: what
 * is not one's own is as good as gone already, which is no failure, and nothing happens to it; of what may be consumed,
 * `nothing` is an answer, too. Of `elsewhere`, `yes` changes their own meeting only.
 */
export const socketTable = readTable(
  `
message                    visitor  waiting          knocker          guest             elsewhere           rep            stranger        host
# numbers and joining
number:issue               yes      yes              yes              yes               yes                 yes            yes             yes
number:prepare             sign-in  sign-in          sign-in          sign-in           sign-in             yes            number-unknown  yes
number:release             sign-in  sign-in          sign-in          sign-in           sign-in             yes            yes             yes
number:connect             sign-in  sign-in          sign-in          sign-in           sign-in             yes            number-unknown  yes
room:open                  sign-in  sign-in          sign-in          sign-in           sign-in             yes            yes             yes
desk:watch                 sign-in  sign-in          sign-in          sign-in           sign-in             yes            yes             yes
presence:set               sign-in  sign-in          sign-in          sign-in           sign-in             yes            yes             yes
room:ask                   yes      yes              yes              yes               yes                 yes            yes             yes
invitation:look            yes      yes              yes              yes               yes                 yes            yes             yes
invitation:accept          yes      yes              yes              yes               yes                 yes            yes             yes
seat:resume                yes      yes              yes              yes               yes                 yes            yes             yes
seat:resume?as the host    sign-in  sign-in          sign-in          sign-in           sign-in             seat-unknown   seat-unknown    yes
meeting:snapshot           no       yes              yes              yes               yes                 no             no              yes
meeting:leave              no       yes              yes              yes               yes                 no             no              yes
meeting:end                no       no               no               no                no                  no             no              yes
# people
guest:admit                no       no               no               no                no                  no             no              yes
guest:refuse               no       no               no               no                no                  no             no              yes
guest:remove               no       no               no               no                no                  no             no              yes
participant:update         no       yes              yes              yes               yes                 no             no              yes
invitation:create          no       no               no               no                no                  no             no              yes
invitation:revoke          no       no               no               no                no                  no             no              yes
chat:send                  no       no               no               yes               yes                 no             no              yes
# documents
document:show              no       no               no               document-unknown  document-unknown    no             no              yes
document:turn              no       no               no               no                document-not-shown  no             no              yes
document:turn?a guest’s    no       no               no               yes               document-not-shown  no             no              no
document:close             no       no               no               no                idle                no             no              yes
document:close?a guest’s   no       no               no               yes               idle                no             no              yes
document:keep              no       no               no               no                no                  no             no              yes
pointer:rest               no       no               no               yes               document-not-shown  no             no              yes
offer:make                 no       no               no               document-unknown  document-unknown    no             no              yes
offer:receive              no       no               no               yes               offer-unknown       no             no              offer-unknown
offer:decline              no       no               no               yes               offer-unknown       no             no              offer-unknown
# recording
recording:start            no       no               no               no                no                  no             no              yes
recording:decline          no       no               no               no                no                  no             no              yes
recording:pause            no       no               no               no                no                  no             no              yes
recording:resume           no       no               no               no                no                  no             no              yes
recording:stop             no       no               no               no                no                  no             no              yes
recording:agree            no       no               no               yes               yes                 no             no              yes
# media: what is named is the host's
media:open                 no       yes              yes              yes               yes                 no             no              yes
media:connect              no       media-stale      media-stale      media-stale       media-stale         no             no              yes
media:restart-ice          no       media-stale      media-stale      media-stale       media-stale         no             no              yes
media:produce              no       media-stale      media-stale      media-stale       media-stale         no             no              yes
media:produce?own          no       yes              yes              yes               yes                 no             no              yes
media:pause                no       media-stale      media-stale      media-stale       media-stale         no             no              yes
media:close                no       idle             idle             idle              idle                no             no              yes
media:consume              no       nothing          nothing          yes               nothing             no             no              yes
media:resume               no       no               no               idle              idle                no             no              yes
media:layers               no       idle             idle             idle              idle                no             no              yes
`,
  senders,
);

const shorthand: Readonly<Record<string, string>> = {
  yes: 'accepted',
  idle: 'accepted',
  no: 'not-allowed',
  'sign-in': 'sign-in-required',
};

/** Whether an answer that sounds well must have changed nothing. */
export const isIdle = (row: string, sender: Sender) => socketTable.rows.get(row)![sender] === 'idle';

/** A cell in full: the code of the refusal, or that it was accepted. */
export function expected(row: string, sender: Sender): string {
  const cell = socketTable.rows.get(row)![sender];
  return shorthand[cell] ?? cell;
}
