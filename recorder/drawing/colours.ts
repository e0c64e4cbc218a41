/**
 * The dark half of the product's colours (web/src/ui/tokens.css): what is recorded looks the same whatever the
 * people in the meeting have chosen.
 */
export const colours = {
  paper: '#181613',
  sunken: '#11100d',
  tile: '#35312b',
  surface: '#23201c',
  ink: '#f3efe8',
  inkQuiet: '#b9b1a5',
  line: '#3b3731',
  lineStrong: '#8c8478',
  action: '#9cbce8',
  ending: '#f27a58',
  onPicture: '#ffffff',
  pictureShade: '#181512',
  /** 藍, 梅紫, 金茶, 墨: whose open hand is on a page. */
  palms: ['#1f4a80', '#a3307a', '#96640a', '#4d4944'],
} as const;

export const fontFamily = "'Noto Sans CJK JP', sans-serif";
