import { describe, expect, test } from 'vitest';
import type { ImportError } from '../../protocol/organization.ts';
import type { ImportAccount, ImportView } from '../../store/user-import-repository.ts';
import type { Manager } from '../permissions.ts';
import { planImport, type ImportPlan } from './plan.ts';
import { readSheet } from './sheet.ts';

/** 本社 > 営業部 > {第一課, 第二課}; 支社 beside it. */
const units = [
  { id: 'head', parentId: null, name: '本社' },
  { id: 'sales', parentId: 'head', name: '営業部' },
  { id: 'first', parentId: 'sales', name: '第一課' },
  { id: 'second', parentId: 'sales', name: '第二課' },
  { id: 'branch', parentId: null, name: '支社' },
];

function account(login: string, changes: Partial<ImportAccount> = {}): ImportAccount {
  return {
    id: login,
    login,
    foldedLogin: login,
    name: '山田',
    role: 'rep',
    unitId: null,
    note: '',
    mail: null,
    quotaBytes: null,
    ...changes,
  };
}

const boss = account('boss', { name: '社長', role: 'admin' });
const admin: Manager = { accountId: 'boss', role: 'admin', unitId: null };
const chief = account('chief', { name: '部長', role: 'manager', unitId: 'sales' });
const manager: Manager = { accountId: 'chief', role: 'manager', unitId: 'sales' };

/** What a file would do to the company above with these people. */
async function plan(
  lines: string | readonly string[],
  accounts: ImportAccount[] = [],
  who: Manager = admin,
  given: ImportView['units'] = units,
): Promise<ImportPlan> {
  const text = typeof lines === 'string' ? lines : lines.join('\r\n');
  const { sheet, errors } = await readSheet(new TextEncoder().encode(text));
  if (!sheet) {
    const nothing = { created: [], changed: [], fields: [], unchanged: 0, units: [], unitPaths: [] };
    return { ...nothing, ...errors.report() };
  }
  let ids = 0;
  return planImport(sheet, { accounts: [boss, chief, ...accounts], units: given }, who, () => `new${++ids}`);
}

const codes = (errors: readonly ImportError[]) => errors.map(({ row, column, code }) => [row, column, code]);
const errorsOf = async (...given: Parameters<typeof plan>) => codes((await plan(...given)).errors);
const head = 'ログインID,氏名,権限';

describe('new people', () => {
  test('are made with everything that the file says', async () => {
    const made = await plan([
      'ログインID,氏名,権限,部署,メモ,メールアドレス,録画容量(GB),初期パスワード',
      'Sato,佐藤 花子,マネージャー,本社/営業部,"産休中\n4月から",sato@example.com,1.5,correct horse battery',
      'suzuki,鈴木,担当者,,,,,',
    ]);
    expect(made).toMatchObject({ errors: [], moreErrors: false, changed: [], unchanged: 0, units: [] });
    expect(made.created).toEqual([
      {
        id: 'new1',
        login: 'Sato',
        foldedLogin: 'sato',
        name: '佐藤 花子',
        role: 'manager',
        unitId: 'sales',
        note: '産休中 4月から',
        mail: 'sato@example.com',
        quotaBytes: 1_500_000_000,
        password: 'correct horse battery',
      },
      { ...account('suzuki', { id: 'new2', name: '鈴木' }), password: null },
    ]);
  });

  test('are understood in English, in any order, with wide letters and capitals', async () => {
    const made = await plan([
      'ROLE, ｎａｍｅ ,LoginId,quotaGB',
      'Manager,Smith,smith,２',
      'ﾏﾈｰｼﾞｬｰ,Jones,jones,"1,000"',
    ]);
    expect(made.errors).toEqual([]);
    expect(made.created).toMatchObject([
      { login: 'smith', name: 'Smith', role: 'manager', quotaBytes: 2_000_000_000 },
      { login: 'jones', role: 'manager', quotaBytes: 1_000_000_000_000 },
    ]);
  });

  test('need a name and a role, which is told once', async () => {
    expect(await errorsOf(['ログインID', 'sato', 'suzuki'])).toEqual([
      [1, '氏名', 'missing-column'],
      [1, '権限', 'missing-column'],
    ]);
    expect(await errorsOf(['loginId,name', 'sato,Sato'])).toEqual([[1, 'role', 'missing-column']]);
  });

  test('keep an apostrophe that is a part of their password, and nothing of it is told', async () => {
    const made = await plan([
      `${head},初期パスワード`,
      "sato,佐藤,担当者,'=abcdefghijkl",
      'ito,伊藤,担当者,short',
    ]);
    expect(made.created).toMatchObject([{ login: 'sato', password: "'=abcdefghijkl" }]);
    expect(made.errors).toEqual([{ row: 3, column: '初期パスワード', code: 'password', value: '' }]);
  });
});

describe('known people', () => {
  const yamada = account('yamada', {
    login: 'Yamada',
    unitId: 'first',
    note: '新人',
    mail: 'yamada@example.com',
    quotaBytes: 5,
  });

  test('are overwritten, except their password and what the file says nothing of', async () => {
    const made = await plan([`${head},初期パスワード`, 'yamada,山田 次郎,マネージャー,bad'], [yamada]);
    expect(made.errors).toEqual([]);
    expect(made.changed).toEqual([{ ...yamada, name: '山田 次郎', role: 'manager' }]);
    expect(made.fields).toEqual(['name', 'role']);
    expect(made.created).toEqual([]);
  });

  test('are known however their login ID is typed, and keep it as it is', async () => {
    const made = await plan(['ログインID,氏名', 'ＹＡＭＡＤＡ,新しい名'], [yamada]);
    expect(made.changed).toMatchObject([{ id: 'yamada', login: 'Yamada', name: '新しい名' }]);
  });

  test('lose what an empty cell says that they have not', async () => {
    const made = await plan(['ログインID,部署,メモ,メールアドレス,録画容量(GB)', 'yamada,,,,'], [yamada]);
    expect(made.changed).toEqual([{ ...yamada, unitId: null, note: '', mail: null, quotaBytes: null }]);
  });

  test('need no name where there is no such column, but do not lose theirs', async () => {
    expect(await errorsOf(['ログインID,氏名,権限', 'yamada,,'], [yamada])).toEqual([
      [2, '氏名', 'required'],
      [2, '権限', 'required'],
    ]);
    expect(await plan(['ログインID', 'yamada'], [yamada])).toMatchObject({ errors: [], unchanged: 1 });
  });

  test('are unchanged when the file says what is there', async () => {
    const made = await plan([`${head},部署,メモ`, 'YAMADA,山田,担当者,本社/営業部/第一課,新人'], [yamada]);
    expect(made).toMatchObject({ errors: [], changed: [], created: [], unchanged: 1 });
  });
});

describe('units', () => {
  test('that do not exist are made, once, below those that do', async () => {
    const made = await plan([
      `${head},部署`,
      'a,A,担当者,本社/開発部/第一課',
      'b,B,担当者,本社/開発部/第二課',
      'c,C,担当者, 本社 / 開発部 / 第一課 ',
      'd,D,担当者,本社/営業部/第一課',
    ]);
    expect(made.errors).toEqual([]);
    expect(made.unitPaths).toEqual(['本社/開発部', '本社/開発部/第一課', '本社/開発部/第二課']);
    expect(made.units[0]).toMatchObject({ parentId: 'head', name: '開発部' });
    const [a, b, c, d] = made.created.map(({ unitId }) => unitId);
    expect([a === c, a !== b, d]).toEqual([true, true, 'first']);
    expect(made.units.find(({ id }) => id === a)).toMatchObject({ parentId: made.units[0]?.id });
  });

  test('are the same in wide letters, and may have slashes in their names', async () => {
    const given = [{ id: 'it', parentId: null, name: 'IT/情報\\部' }];
    const made = await plan([`${head},部署`, 'a,A,担当者,ＩＴ\\/情報\\\\部'], [], admin, given);
    expect(made).toMatchObject({ errors: [], units: [], created: [{ unitId: 'it' }] });
  });

  test('of one path are told apart by who is in them', async () => {
    const twins = [...units, { id: 'twin', parentId: 'head', name: '営業部' }];
    const lines = ['ログインID,部署', 'a,本社/営業部', 'b,本社/営業部'];
    const people = [account('a', { unitId: 'twin' }), account('b', { unitId: 'sales' })];
    expect(await plan(lines, people, admin, twins)).toMatchObject({ unchanged: 2, changed: [] });
  });

  test('are at most five deep, and their names of sixty characters', async () => {
    const lines = ['a/b/c/d/e', 'a/b/c/d/e/f', `a/${'課'.repeat(61)}`].map(
      (path, row) => `u${row},U,担当者,${path}`,
    );
    expect(await errorsOf([`${head},部署`, ...lines])).toEqual([
      [3, '部署', 'unit-depth'],
      [4, '部署', 'too-long'],
    ]);
  });
});

describe('a file is refused that', () => {
  test.each<[string, string | string[], [number, string | null, ImportError['code']][]]>([
    ['is empty', '', [[1, null, 'empty-file']]],
    ['has only empty rows', '\r\n,,\r\n', [[1, null, 'empty-file']]],
    ['has only the names of columns', head, [[1, null, 'empty-file']]],
    ['has no login IDs', ['氏名,権限', '佐藤,担当者'], [[1, 'ログインID', 'missing-column']]],
    [
      'has a column that is unknown, and one twice',
      ['ログインID,氏名,電話,氏名', 'a,b,c,d'],
      [
        [1, '電話', 'unknown-column'],
        [1, '氏名', 'duplicate'],
      ],
    ],
    ['has a quote that never ends', [head, 'a,b,担当者', '"c,d,担当者'], [[3, null, 'broken-quotes']]],
    [
      'has rows of another length',
      [head, 'a,b', 'c,d,担当者,e', 'f,g,担当者,'],
      [
        [2, null, 'field-count'],
        [3, null, 'field-count'],
      ],
    ],
    [
      'has the same login ID twice, also half and full width',
      [head, 'sato,佐藤,担当者', 'ＳＡＴＯ,佐藤,担当者', 'ｻﾄｳ,佐藤,担当者', 'サトウ,佐藤,担当者'],
      [
        [3, 'ログインID', 'duplicate'],
        [5, 'ログインID', 'duplicate'],
      ],
    ],
    ['has a role that there is not', [head, 'a,b,社長'], [[2, '権限', 'role']]],
    ['has somebody without login ID', [head, '　,b,担当者'], [[2, 'ログインID', 'required']]],
    [
      'has too long texts',
      [`${head},メモ`, `${'a'.repeat(65)},b,担当者,`, `c,${'名'.repeat(61)},担当者,${'あ'.repeat(501)}`],
      [
        [2, 'ログインID', 'too-long'],
        [3, '氏名', 'too-long'],
        [3, 'メモ', 'too-long'],
      ],
    ],
    [
      'has mail addresses and spaces that are none',
      [
        `${head},メールアドレス,録画容量(GB)`,
        'a,A,担当者,nobody,たくさん',
        'b,B,担当者,b@example.com,-1',
        'c,C,担当者,,9999999',
      ],
      [
        [2, 'メールアドレス', 'mail'],
        [2, '録画容量(GB)', 'quota'],
        [3, '録画容量(GB)', 'quota'],
        [4, '録画容量(GB)', 'quota'],
      ],
    ],
  ])('%s', async (_, lines, expected) => {
    expect(await errorsOf(lines)).toEqual(expected);
  });

  test.each([
    'ログインID',
    '氏名',
    '権限',
    '部署',
    'メモ',
    'メールアドレス',
    '録画容量(GB)',
    '初期パスワード',
  ])('has a book where there should be a %s', async (column) => {
    const columns = ['ログインID', '氏名', '権限', ...(head.includes(column) ? [] : [column])];
    const cells = columns.map((each) => (each === column ? 'あ'.repeat(1_000_000) : '担当者'));
    const { errors } = await plan([columns.join(','), cells.join(',')]);
    const value = column === '初期パスワード' ? '' : 'あ'.repeat(60);
    expect(errors).toEqual([{ row: 2, column, code: 'too-long', value }]);
  });

  test('has a book for the name of a column', async () => {
    const { errors } = await plan([`ログインID,${'あ'.repeat(1_000_000)}`, 'a,b']);
    expect(errors).toMatchObject([
      { column: 'あ'.repeat(100), code: 'unknown-column', value: 'あ'.repeat(60) },
    ]);
  });

  test('has more errors than anybody reads: two hundred are told', async () => {
    const rows = Array.from({ length: 300 }, (_, row) => `u${row},U,社長`);
    const { errors, moreErrors } = await plan([head, ...rows]);
    expect([errors.length, moreErrors, errors.at(-1)?.row]).toEqual([200, true, 201]);
  });

  test('has ten thousand and one people', async () => {
    const rows = Array.from({ length: 10_001 }, (_, row) => `u${row},U,担当者`);
    expect(await plan([head, ...rows])).toMatchObject({
      errors: [{ row: 10_002, column: null, code: 'too-many-rows', value: '10000' }],
    });
  });

  test('and shows what stands there, cut short, without marks that turn the text around', async () => {
    const { errors } = await plan([head, `a,b,\u202E${'長'.repeat(200)}`]);
    expect(errors[0]?.value).toBe('長'.repeat(60));
  });
});

describe('who imports', () => {
  const rep = (login: string, unitId: string | null) => account(login, { unitId });

  test('does not change the own role', async () => {
    expect(await errorsOf([head, 'boss,社長,担当者'], [account('other', { role: 'admin' })])).toEqual([
      [2, '権限', 'own-account'],
    ]);
    expect(await plan([head, 'boss,会長,管理者'])).toMatchObject({ errors: [], changed: [{ name: '会長' }] });
  });

  test('leaves an admin, whoever it is', async () => {
    // Somebody whose own account is not among them, as after a removal at the same moment.
    const who: Manager = { ...admin, accountId: 'gone' };
    expect(await errorsOf([head, 'boss,社長,担当者', 'a,A,担当者'], [], who)).toEqual([
      [2, '権限', 'last-admin'],
    ]);
    expect(await errorsOf([head, 'boss,社長,担当者', 'a,A,管理者'], [], who)).toEqual([]);
  });

  test('as a manager reaches reps of the own units, and of those below', async () => {
    const lines = [
      'ログインID,氏名,権限,部署',
      'a,新,担当者,本社/営業部/第二課',
      'new,新,担当者,本社/営業部',
    ];
    const made = await plan(lines, [rep('a', 'first')], manager);
    expect(made).toMatchObject({
      errors: [],
      changed: [{ unitId: 'second' }],
      created: [{ unitId: 'sales' }],
    });
  });

  test('as a manager reaches nobody else, gives no other role, and makes no units', async () => {
    const people = [rep('a', 'branch'), rep('b', 'first'), rep('c', null), rep('d', 'first')];
    const lines = [
      'ログインID,氏名,権限,部署',
      'a,A,担当者,本社/営業部',
      'b,B,担当者,支社',
      'c,C,担当者,本社/営業部',
      'd,D,マネージャー,本社/営業部',
      'boss,社長,担当者,本社/営業部',
      'chief,部長,マネージャー,本社/営業部',
      'e,E,担当者,本社/営業部/第三課',
      'f,F,担当者,',
      'g,G,管理者,本社/営業部',
      'h,H,担当者,本社',
    ];
    expect(await errorsOf(lines, people, manager)).toEqual([
      [2, 'ログインID', 'out-of-reach'],
      [3, '部署', 'out-of-reach'],
      [4, 'ログインID', 'out-of-reach'],
      [5, '権限', 'out-of-reach'],
      [6, 'ログインID', 'out-of-reach'],
      [7, 'ログインID', 'out-of-reach'],
      [8, '部署', 'out-of-reach'],
      [9, '部署', 'out-of-reach'],
      [10, '権限', 'out-of-reach'],
      [11, '部署', 'out-of-reach'],
    ]);
  });
});

test('ten thousand people are planned in a moment', async () => {
  const known = Array.from({ length: 5_000 }, (_, at) => account(`user${at}`, { unitId: 'first' }));
  const rows = Array.from(
    { length: 10_000 },
    (_, at) => `user${at},山田 太郎 ${at},担当者,本社/営業部/第${at % 50}課,メモ ${at},u${at}@example.com,5`,
  );
  const used = process.cpuUsage();
  const made = await plan([`${head},部署,メモ,メールアドレス,録画容量(GB)`, ...rows], known);
  const { user } = process.cpuUsage(used);
  expect(made).toMatchObject({ errors: [], unchanged: 0 });
  expect([made.created.length, made.changed.length, made.units.length]).toEqual([5_000, 5_000, 50]);
  // Of the processor, not of the clock: others may be at work on this machine.
  expect(user / 1_000).toBeLessThan(3_000);
});

describe('a row that is wrong in several ways', () => {
  const columns = 'ログインID,氏名,権限,メールアドレス,初期パスワード';

  test('is told all of it, also where its login ID stands there already or is missing', async () => {
    const lines = [columns, 'sato,佐藤,担当者,,', 'SATO,,社長,nowhere,short', ',佐藤,社長,,'];
    expect(await errorsOf(lines)).toEqual([
      [3, 'ログインID', 'duplicate'],
      [3, '氏名', 'required'],
      [3, '権限', 'role'],
      [3, 'メールアドレス', 'mail'],
      [3, '初期パスワード', 'password'],
      [4, 'ログインID', 'required'],
      [4, '権限', 'role'],
    ]);
  });

  test('has a login ID that is short as it is typed, and too long as it is compared', async () => {
    // One character that stands for eighteen (NFKC).
    const login = 'ﷺ'.repeat(12);
    expect(await errorsOf([head, 'sato,佐藤,担当者', `${login},佐藤,担当者`])).toEqual([
      [3, 'ログインID', 'too-long'],
    ]);
    expect(await errorsOf([head, `${'ﷺ'.repeat(11)},佐藤,担当者`])).toEqual([]);
  });
});

describe('space of one’s own', () => {
  const sato = account('sato', { unitId: 'first', quotaBytes: 5_000_000_000 });
  const file = ['ログインID,氏名,権限,部署,録画容量(GB)', 'sato,佐藤,担当者,本社/営業部/第一課,5'];

  test('is given by admins, and not by managers', async () => {
    const more = [...file, 'ito,伊藤,担当者,本社/営業部,2'].map((line) => line.replace('課,5', '課,6'));
    const refused = [
      [2, '録画容量(GB)', 'admin-only'],
      [3, '録画容量(GB)', 'admin-only'],
    ];
    expect(await errorsOf(more, [sato], manager)).toEqual(refused);
    expect(await errorsOf(more, [sato])).toEqual([]);
  });

  test('stays where a manager’s file has it as it is, or has none', async () => {
    const same = await plan([...file, 'ito,伊藤,担当者,本社/営業部,'], [sato], manager);
    expect(same.errors).toEqual([]);
    expect(same.created).toMatchObject([{ login: 'ito', quotaBytes: null }]);
    expect(await errorsOf([file[0]!, 'sato,佐藤,担当者,本社/営業部/第一課,'], [sato], manager)).toEqual([
      [2, '録画容量(GB)', 'admin-only'],
    ]);
  });
});
