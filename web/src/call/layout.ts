/** Where the faces go. Pure arithmetic in CSS pixels, so that the tiles can stay where they are in the page. */

export type Box = { left: number; top: number; width: number; height: number };

export type Scene = {
  /** The room there is. */
  width: number;
  height: number;
  /** How many people, the own person among them. */
  count: number;
  /** The place of the own person in the order of joining. */
  self: number;
  /** What has the middle: a shared screen, a page, the words to somebody who is alone, or nothing. */
  middle: 'screen' | 'page' | 'alone' | null;
  /** Without faces (C3) the tiles beside the middle shrink to name plates. */
  faces: boolean;
  /** D3: what is in the middle is to be as large as can be. */
  large: boolean;
  /** D2: the rep's memo wants a place under the faces. */
  memo: boolean;
};

export type Arrangement = {
  /** One for each person, in the order given. */
  tiles: Box[];
  middle: Box | null;
  /** Null where there is no room for it: on a phone, or beside a large page. */
  memo: Box | null;
};

export const gap = 8;
/** A face under this width is nobody's. */
export const narrowestFace = 120;
const platesHeight = 44;
/** A memo in less than this is no help to anybody. */
const memoHeight = 180;
const insetMargin = 12;

const clamp = (low: number, value: number, high: number) => Math.max(low, Math.min(value, high));
const whole = (box: Box): Box => ({
  left: Math.round(box.left),
  top: Math.round(box.top),
  width: Math.round(box.width),
  height: Math.round(box.height),
});

/** The largest box of a bearable shape in a cell: neither a slit nor a band. */
function shaped(width: number, height: number, narrowest: number): { width: number; height: number } {
  const widest = 16 / 9;
  if (width / height > widest) return { width: height * widest, height };
  if (width / height < narrowest) return { width, height: width / narrowest };
  return { width, height };
}

/** Equal tiles in rows, as large as they can be; a last row that is not full stands in the middle. */
function grid(area: Box, count: number): Box[] {
  const narrowest = 0.62;
  let best = { columns: 1, width: 0, height: 0 };
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const tile = shaped(
      (area.width - gap * (columns - 1)) / columns,
      (area.height - gap * (rows - 1)) / rows,
      narrowest,
    );
    if (tile.width * tile.height > best.width * best.height) best = { columns, ...tile };
  }
  return rowsOf(area, count, best.columns, best.width, best.height);
}

function rowsOf(area: Box, count: number, columns: number, width: number, height: number): Box[] {
  const rows = Math.ceil(count / columns);
  const top = area.top + (area.height - rows * height - gap * (rows - 1)) / 2;
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / columns);
    const inRow = Math.min(columns, count - row * columns);
    const left = area.left + (area.width - inRow * width - gap * (inRow - 1)) / 2;
    return whole({
      left: left + (index % columns) * (width + gap),
      top: top + row * (height + gap),
      width,
      height,
    });
  });
}

/** The own picture, small in the lower corner of what is looked at. */
function inset(host: Box, upright: boolean): Box {
  const width = clamp(narrowestFace, host.width * 0.2, 240);
  const height = upright ? width * 1.25 : width * 0.625;
  return whole({
    left: host.left + host.width - width - insetMargin,
    top: host.top + host.height - height - insetMargin,
    width,
    height,
  });
}

/** Two people: the other one as large as can be, oneself small in the corner. */
function faceToFace(scene: Scene): Arrangement {
  const size = shaped(scene.width, scene.height, 0.58);
  const other = whole({
    left: (scene.width - size.width) / 2,
    top: (scene.height - size.height) / 2,
    ...size,
  });
  const own = inset(other, scene.height > scene.width);
  return { tiles: scene.self === 0 ? [own, other] : [other, own], middle: null, memo: null };
}

/** Alone: the words where the other will be, oneself already where one will stay. */
function alone(scene: Scene): Arrangement {
  const upright = scene.height > scene.width;
  const own = inset({ left: 0, top: 0, width: scene.width, height: scene.height }, upright);
  const middle = upright
    ? { left: 0, top: 0, width: scene.width, height: own.top - gap }
    : { left: 0, top: 0, width: own.left - gap, height: scene.height };
  return { tiles: [own], middle, memo: null };
}

/** A column at the right of the middle, and the memo under the faces. */
function beside(scene: Scene): Arrangement {
  const { width, height, count, faces, large } = scene;
  const hasMemo = scene.memo && !large;
  const column = large
    ? narrowestFace
    : hasMemo
      ? clamp(2 * narrowestFace + gap, width * 0.24, 360)
      : clamp(160, width * 0.18, 280);
  // With a memo below, three or four share the column two by two.
  const columns = hasMemo && count > 2 && faces ? 2 : 1;
  const rows = Math.ceil(count / columns);
  const tileWidth = (column - gap * (columns - 1)) / columns;
  const facesRoom = hasMemo ? Math.max(height * 0.5, height - 2 * memoHeight) : height;
  const tile = faces ? Math.min(tileWidth * 0.6, (facesRoom - gap * (rows - 1)) / rows) : platesHeight;
  const middle = whole({ left: 0, top: 0, width: width - column - gap, height });
  const left = middle.width + gap;
  const tiles = Array.from({ length: count }, (_, index) =>
    whole({
      left: left + (index % columns) * (tileWidth + gap),
      top: Math.floor(index / columns) * (tile + gap),
      width: tileWidth,
      height: tile,
    }),
  );
  const top = Math.round(rows * (tile + gap));
  const room = height - top;
  const memo = hasMemo && room >= memoHeight ? whole({ left, top, width: column, height: room }) : null;
  return { tiles, middle, memo };
}

/** A strip under the middle, in as many rows as keep the faces recognisable. */
function below(scene: Scene): Arrangement {
  const { width, height, count, faces, large } = scene;
  const fitting = Math.max(1, Math.floor((width + gap) / (narrowestFace + gap)));
  const rows = Math.ceil(count / fitting);
  const columns = Math.ceil(count / rows);
  const tileWidth = Math.min((width - gap * (columns - 1)) / columns, 240);
  const roomPerRow = (height * (large ? 0.24 : 0.38) - gap * (rows - 1)) / rows;
  const tileHeight = faces ? Math.max(64, Math.min(tileWidth * 0.75, roomPerRow)) : platesHeight;
  const strip = rows * tileHeight + gap * (rows - 1);
  const area = { left: 0, top: height - strip, width, height: strip };
  return {
    tiles: rowsOf(area, count, columns, tileWidth, tileHeight),
    middle: whole({ left: 0, top: 0, width, height: height - strip - gap }),
    memo: null,
  };
}

export function arrange(scene: Scene): Arrangement {
  const { width, height, count } = scene;
  if (width <= 0 || height <= 0 || count === 0) return { tiles: [], middle: null, memo: null };
  if (scene.middle === 'screen' || scene.middle === 'page')
    return width >= 600 && width > height * 0.95 ? beside(scene) : below(scene);
  if (scene.middle === 'alone' && count === 1) return alone(scene);
  if (count === 2) return faceToFace(scene);
  return { tiles: grid({ left: 0, top: 0, width, height }, count), middle: null, memo: null };
}
