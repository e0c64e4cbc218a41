/**
 * The browsers that are told apart, by what each puts into its user agent. Most also name the ones that they are
 * made of or want to be taken for, so that the first that fits counts.
 */
const browsers: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\b(?:OPR|OPiOS|OPT)\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\bVivaldi\//, 'Vivaldi'],
  [/\bLine\//, 'LINE'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Chrome|CriOS|Chromium|HeadlessChrome)\//, 'Chrome'],
  [/\bVersion\/[\d.]+ (?:Mobile\/\w+ )?Safari\//, 'Safari'],
];

/** As above. An iPad that asks for pages as on a desk says that it is a Mac. */
const systems: readonly (readonly [RegExp, string])[] = [
  [/\biPhone\b|\biPod\b/, 'iOS'],
  [/\biPad\b/, 'iPadOS'],
  [/\bAndroid\b/, 'Android'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bWindows\b/, 'Windows'],
  [/\bMacintosh\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
];

/** A user agent longer than this is no browser's. */
const charactersMax = 1_000;

/**
 * What a person reads of a browser in a list of sessions (A3), such as 「Chrome · Windows」: always of the names
 * above, never what somebody has written into the header.
 *
 * @param userAgent the header of RFC 9110, 10.1.5
 * @returns '' when nothing is known of it
 */
export function browserName(userAgent: string | undefined): string {
  const text = userAgent?.slice(0, charactersMax) ?? '';
  const nameIn = (list: typeof browsers) => list.find(([sign]) => sign.test(text))?.[1] ?? '';
  return [nameIn(browsers), nameIn(systems)].filter((name) => name !== '').join(' · ');
}
