import { expect, test } from '@playwright/test';
import { limits } from '../../sfu/protocol/limits.ts';
import type { RecordingEntry } from '../../sfu/protocol/recording.ts';
import { soundOf } from '../../sfu/test/kit/recorded.ts';
import { colours } from './kit/colours.ts';
import { Disk, mayMount } from './kit/disk.ts';
import { eventually, itIs, notYet } from './kit/eventually.ts';
import { keepsFaces, keepsTones, toleranceMs } from './kit/film.ts';
import type { Film } from './kit/film.ts';
import { MailServer } from './kit/mail-server.ts';
import type { Participant } from './kit/participant.ts';
import {
  choosesOfRecording,
  historyOf,
  opensRecordPanel,
  readyRecordings,
  records,
  seesLamp,
  seesNoLamp,
} from './kit/recording.ts';
import { setTheScene } from './kit/scene.ts';
import type { Scene } from './kit/scene.ts';
import type { ServerOptions } from './kit/server.ts';
import { soundFilm } from './kit/sound-film.ts';
import { areTogether } from './kit/together.ts';

/* R3, R5, R7: where one file ends and the next begins, and what happens when there is no room for more. */

const repsWindow = { viewport: { width: 1_440, height: 900 } };
const words = {
  stopped: '録画が止まりました',
  nothingNow: '今は何も記録されていません。商談はこのまま続けられます。',
  full: /録画の保存領域がいっぱいです/,
  nothing: 'このアカウントには録画の容量がありません。録画をお使いになるには、管理者にご連絡ください。',
  noRoom: '保存領域に空きがないため、始められません。商談履歴で不要な録画を削除すると、始められます。',
  disk: /サーバーのディスクの空きが足りないため、録画できません/,
  unavailable: /このサーバーでは、いま録画を使用できません/,
};

/** A call of a rep and a customer, on a server with these settings. */
function callOfTwo(options: ServerOptions, connect: 'NO' | 'later' = 'NO') {
  const call = {} as { scene: Scene; customer: Participant; rep: Participant; both: Participant[] };
  setTheScene(async (scene) => {
    const [customer, rep] = await Promise.all([scene.arrives('red'), scene.arrives('green', repsWindow)]);
    Object.assign(call, { scene, customer, rep, both: [customer, rep] });
    await rep.signIn();
    await rep.connect(await customer.startAsCustomer(), connect);
    await areTogether(call.both);
  }, options);
  return call;
}

type Call = ReturnType<typeof callOfTwo>;

async function begins({ rep, both }: Call): Promise<void> {
  await choosesOfRecording(rep, '録画を始める');
  await Promise.all(both.map((each) => seesLamp(each, '録画中')));
}

/** It has stopped by itself: the rep reads why, everybody that nothing is recorded, and the call goes on. */
async function hasStopped({ rep, customer, both }: Call, why: RegExp, withinMs = 20_000): Promise<void> {
  for (const each of both) {
    await each.reads(words.stopped, withinMs);
    await each.reads(words.nothingNow);
    await seesNoLamp(each);
  }
  await rep.reads(why);
  await expect(customer.page.getByText(why), 'the reason is the rep’s business').toHaveCount(0);
  await areTogether(both);
}

/** From end to end. */
async function hasBoth(film: Film, { durationMs }: RecordingEntry, { both }: Call): Promise<void> {
  const stretch = { from: 0, to: durationMs + toleranceMs };
  keepsFaces(film, stretch, both, { page: false });
  await keepsTones(film, stretch, both);
}

test.describe.serial('a new part begins by itself', () => {
  const call = callOfTwo({ settings: { RECORDING_PART_SECONDS: '10' } });
  let parts: RecordingEntry[] = [];
  const films: Film[] = [];

  test('every ten seconds, where it is set so', async () => {
    const { rep, customer } = call;
    const pressedAt = Date.now();
    await begins(call);
    const seenAt = Date.now();
    await records(rep, 23);
    const leastMs = Date.now() - seenAt;
    await choosesOfRecording(rep, '終了');
    await seesNoLamp(customer);
    const mostMs = Date.now() - pressedAt - limits.recordingNoticeMs;
    parts = await readyRecordings(rep, 3);
    expect(parts.map(({ part }) => part)).toEqual([1, 2, 3]);
    expect(parts.slice(0, 2).map(({ durationMs }) => durationMs)).toEqual([10_000, 10_000]);
    const wholeMs = parts.reduce((sum, { durationMs }) => sum + durationMs, 0);
    console.log(`    ${wholeMs} ms in three files, ${leastMs} to ${mostMs} ms by the clock`);
    // Everything lies on a grid of 200 ms.
    expect(wholeMs, 'all together as by the clock (ms)').toBeGreaterThan(leastMs - 400);
    expect(wholeMs).toBeLessThan(mostMs + 400);
    for (const part of parts) films.push(await soundFilm(rep, part));
  });

  test('and is there from its first frame to its last', async () => {
    for (const [index, film] of films.entries()) {
      const from = index === 0 ? 0 : -toleranceMs;
      const stretch = { from, to: parts[index]!.durationMs + toleranceMs };
      keepsFaces(film, stretch, call.both, { page: false });
      await keepsTones(film, stretch, call.both);
    }
  });

  test('without a gap: what is heard goes on in the same beat', async () => {
    for (const { colour } of call.both) {
      const { toneHz } = colours[colour];
      for (const index of [0, 1]) {
        const end = await beatOf(films[index]!, toneHz, parts[index]!.durationMs - beatsMs);
        const start = await beatOf(films[index + 1]!, toneHz, 0);
        const off = Math.abs(end - start);
        const offMs = Math.min(off, pulseMs - off);
        console.log(`    ${colour}, from part ${index + 1} to ${index + 2}: ${offMs.toFixed(1)} ms off`);
        expect(offMs, 'a joint that nobody hears (ms)').toBeLessThan(20);
      }
    }
  });
});

/** The fake microphones pulse this often (kit/media-files.ts); some of them tell where they stand. */
const pulseMs = 500;
const beatsMs = 2_000;
const windowMs = 20;

/**
 * Where in their period the pulses of a tone stand, in ms: the phase of its loudness at the pulses' own frequency,
 * over two seconds of sound.
 */
async function beatOf({ file }: Film, toneHz: number, fromMs: number): Promise<number> {
  const samplesPerMs = 48;
  // From the beginning: where ffmpeg has to go to a place first, sound is some 30 ms off.
  const sound = (await soundOf(file)).subarray(fromMs * samplesPerMs, (fromMs + beatsMs) * samplesPerMs);
  let [real, imaginary] = [0, 0];
  for (let atMs = 0; atMs + windowMs <= beatsMs; atMs += windowMs) {
    const samples = sound.subarray(atMs * samplesPerMs, (atMs + windowMs) * samplesPerMs);
    let [x, y] = [0, 0];
    for (const [index, sample] of samples.entries()) {
      const turn = (2 * Math.PI * toneHz * index) / (samplesPerMs * 1_000);
      x += sample * Math.cos(turn);
      y += sample * Math.sin(turn);
    }
    const loudness = Math.hypot(x, y);
    real += loudness * Math.cos((2 * Math.PI * atMs) / pulseMs);
    imaginary += loudness * Math.sin((2 * Math.PI * atMs) / pulseMs);
  }
  const turns = Math.atan2(imaginary, real) / (2 * Math.PI);
  return ((turns + 1) % 1) * pulseMs;
}

test.describe.serial('an account without any space', () => {
  const call = callOfTwo({ settings: { RECORDING_QUOTA_BYTES: '0' } }, 'later');

  test('is refused in words, when asked and when 録画 is pressed', async () => {
    const { rep, customer } = call;
    const question = rep.page.getByRole('dialog', { name: 'レコーディング機能使用確認' });
    await expect(question.getByText(words.nothing)).toBeVisible();
    await expect(question.getByRole('button', { name: 'YES', exact: true })).toBeDisabled();
    await rep.answersRecording('NO');
    await opensRecordPanel(rep);
    await rep.reads(words.nothing);
    await expect(rep.button('録画を始める')).toBeDisabled();
    await seesNoLamp(customer);
    await areTogether(call.both);
  });
});

test.describe.serial('the space runs out', () => {
  /** For three quarters of a minute; of much less, 5 % would not be enough for anything. */
  const quotaBytes = 2_600_000;
  const address = 'admin@example.jp';
  const mail = new MailServer();
  const settings: Record<string, string> = {
    RECORDING_QUOTA_BYTES: String(quotaBytes),
    MAIL_FROM: 'Taimen <taimen@example.jp>',
  };
  test.beforeAll(async () => {
    await mail.start();
    settings['SMTP_URL'] = mail.url;
  });
  const call = callOfTwo({ settings });
  test.afterAll(() => mail.stop());
  let entry: RecordingEntry;

  test('who wants to be told by mail types an address at 商談履歴', async () => {
    const { rep } = call;
    const { earlier } = await rep.openTab('/dashboard/history');
    await rep.presses('残り時間とお知らせ');
    await rep.presses('アドレスを登録する');
    await rep.fills('メールアドレス', address);
    await rep.presses('保存する');
    await rep.reads(`容量が少なくなると、組織の設定に応じて ${address} にお知らせします。`);
    await rep.page.close();
    rep.page = earlier;
  });

  test('recording stops politely, and the call goes on', async () => {
    test.setTimeout(150_000);
    await begins(call);
    await hasStopped(call, words.full, 90_000);
  });

  test('the file is good, and within the space', async () => {
    const { rep } = call;
    [entry] = (await readyRecordings(rep, 1)) as [RecordingEntry];
    console.log(`    ${entry.durationMs} ms, ${entry.bytes} bytes of ${quotaBytes}`);
    const { storage } = await historyOf(rep);
    expect(storage).toMatchObject({ usedBytes: entry.bytes, reservedBytes: 0, limitBytes: quotaBytes });
    expect(entry.bytes).toBeLessThanOrEqual(quotaBytes);
    expect(entry.bytes, 'it was not stopped long before it was necessary').toBeGreaterThan(0.8 * quotaBytes);
    await hasBoth(await soundFilm(rep, entry), entry, call);
  });

  test('on the way there, one letter came for 80 % and one for 95 %', async () => {
    await eventually('two letters should come', async () =>
      mail.letters.length >= 2 ? itIs : notYet(`there are ${mail.letters.length}`),
    );
    expect(mail.letters.map(({ from, to }) => [from, ...to])).toEqual([
      ['taimen@example.jp', address],
      ['taimen@example.jp', address],
    ]);
    for (const [index, percent] of [80, 95].entries()) {
      const letter = mail.letters[index]!;
      expect(letter.subject).toContain(`録画の保存容量の ${percent}% を超えました`);
      expect(letter.text).toContain('admin 様');
      expect(letter.text).toContain('商談履歴で、必要な録画をダウンロードし');
    }
  });

  for (const [share, inCall, inHistory] of [
    [
      0.85,
      '保存領域の85%を使用しています。商談履歴で不要な録画を削除できます。',
      '残りが少なくなっています。',
    ],
    [
      0.952,
      '保存領域の95%を使用しています。いっぱいになると録画は止まります。',
      'まもなく録画できなくなります。',
    ],
    [1, words.noRoom, '容量がいっぱいのため、新しい録画を始められません。'],
  ] as const) {
    const percent = Math.round(share * 100);
    test(`with ${percent} % used, that is said in the call and at 商談履歴`, async () => {
      const { scene, rep } = call;
      await scene.server.kill('SIGTERM');
      await scene.server.start({ RECORDING_QUOTA_BYTES: String(Math.round(entry.bytes / share)) });
      await areTogether(call.both, 30_000);
      await opensRecordPanel(rep);
      await rep.reads(inCall);
      await rep.presses('録画');
      const { earlier } = await rep.openTab('/dashboard/history');
      await rep.reads(inHistory);
      const meter = rep.page.getByRole('meter', { name: '録画の保存容量' });
      await expect(meter).toHaveAttribute('aria-valuenow', String(percent));
      await rep.page.close();
      rep.page = earlier;
    });
  }

  test('and at the question, to who begins a new call', async () => {
    const { rep, customer } = call;
    await rep.endsCall('全員の接続を終了する');
    await rep.goTo('/dashboard');
    await rep.connect(await customer.startAsCustomer(), 'later');
    const question = rep.page.getByRole('dialog', { name: 'レコーディング機能使用確認' });
    await expect(question.getByText(words.noRoom)).toBeVisible();
    await expect(question.getByRole('button', { name: 'YES', exact: true })).toBeDisabled();
    await rep.answersRecording('NO');
  });
});

test.describe.serial('the disk of recordings', () => {
  test.skip(!mayMount(), 'Only root may mount a small disk.');
  const reserveBytes = 30_000_000;
  const disk = new Disk(80_000_000, 'recordings');
  test.beforeAll(() => disk.mount());
  const call = callOfTwo({
    dataDir: disk.parent,
    settings: { RECORDING_RESERVE_BYTES: String(reserveBytes) },
  });
  test.afterAll(() => disk.remove());

  async function recordsSome(seconds: number): Promise<void> {
    await begins(call);
    await records(call.rep, seconds);
    await choosesOfRecording(call.rep, '終了');
  }

  test('has less than the reserve left: recording ends while it can still be finished', async () => {
    const { rep } = call;
    await begins(call);
    await records(rep, 4);
    disk.fill(reserveBytes - 1_000_000);
    await hasStopped(call, words.disk);
    const [entry] = (await readyRecordings(rep, 1)) as [RecordingEntry];
    expect(entry.durationMs).toBeGreaterThan(4_000);
    await hasBoth(await soundFilm(rep, entry), entry, call);
  });

  test('nothing new is begun then, and the rep reads why', async () => {
    const { rep, customer } = call;
    await opensRecordPanel(rep);
    await rep.presses('録画を始める');
    await rep.reads(words.disk);
    await seesNoLamp(customer);
    disk.makeRoom();
    await recordsSome(1);
    await readyRecordings(rep, 2);
  });

  test('becomes read-only: the rep reads what is wrong, and the call goes on', async () => {
    disk.become('read-only');
    await choosesOfRecording(call.rep, '録画を始める');
    await hasStopped(call, words.disk);
  });

  test('what was recorded before can be played, and nothing else is listed', async () => {
    const [entry] = (await readyRecordings(call.rep, 2)) as [RecordingEntry];
    await hasBoth(await soundFilm(call.rep, entry), entry, call);
  });

  test('is read-only when the server starts; as soon as it can be written to, it records', async () => {
    const { scene, rep } = call;
    await scene.server.kill('SIGTERM');
    await scene.server.start();
    await areTogether(call.both, 30_000);
    await opensRecordPanel(rep);
    await rep.presses('録画を始める');
    await rep.reads(words.unavailable);
    disk.become('writable');
    // The recorder is started again and again, less and less often.
    await eventually(`${rep.who} should be able to record, sooner or later`, async () => {
      await rep.presses('録画を始める');
      const isTaken = await rep
        .button('録画を始める')
        .waitFor({ state: 'detached', timeout: 4_000 })
        .then(() => true)
        .catch(() => false);
      return isTaken ? itIs : notYet('the press was refused');
    });
    await seesLamp(rep, '録画中');
    await records(rep, 2);
    await choosesOfRecording(rep, '終了');
    await readyRecordings(rep, 3);
  });

  test('is full to the last byte: everybody reads that nothing is recorded, and the call goes on', async () => {
    const { scene, rep } = call;
    await scene.server.kill('SIGTERM');
    await scene.server.start({ RECORDING_RESERVE_BYTES: '0' });
    await areTogether(call.both, 30_000);
    await begins(call);
    await records(rep, 5);
    disk.fill();
    await hasStopped(call, words.disk);
  });

  test('when there is room again, what had been recorded is finished', async () => {
    const { rep } = call;
    disk.makeRoom();
    const entry = (await readyRecordings(rep, 4)).at(-1)!;
    expect(entry.durationMs, 'R7: at most 2 s are missing (ms)').toBeGreaterThan(5_000 - 2_000);
    await hasBoth(await soundFilm(rep, entry), entry, call);
  });
});

test.describe.serial('there is no ffmpeg on the machine', () => {
  test.skip(!mayMount(), 'Only root may take ffmpeg from a server.');
  const disk = new Disk(1_000_000);
  test.beforeAll(() => disk.mount());
  const call = callOfTwo(
    {
      machine: [
        `mkdir ${disk.folder}/changes ${disk.folder}/work`,
        `mount -t overlay overlay -o lowerdir=/usr/bin,upperdir=${disk.folder}/changes,workdir=${disk.folder}/work /usr/bin`,
        'rm /usr/bin/ffmpeg',
      ].join('\n'),
    },
    'later',
  );
  test.afterAll(() => disk.remove());

  test('the rep reads that nothing can be recorded, and the call goes on', async () => {
    const { scene, rep, customer } = call;
    const question = rep.page.getByRole('dialog', { name: 'レコーディング機能使用確認' });
    await question.getByRole('button', { name: 'YES', exact: true }).click();
    await expect(question.getByText(words.unavailable)).toBeVisible();
    await rep.answersRecording('NO');
    await seesNoLamp(customer);
    await areTogether(call.both);
    expect((await historyOf(rep)).meetings.flatMap(({ recordings }) => recordings)).toEqual([]);
    expect(scene.server.log, 'the operator reads what is missing').toContain('ffmpeg is not installed');
  });
});
