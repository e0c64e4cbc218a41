import { picture, type Box, type Layer, type Stretch } from '../timeline/types.ts';

/** The picture: layers painted over one another by ffmpeg's overlay filter, on a base that is made once. */

/** A file with frames of one size. */
export type VideoSource = {
  input: number;
  /** When its first frame is to be seen, from the beginning of the piece; negative: before. */
  firstMs: number;
  /** When the next source of the same layer takes over; Infinity: never. */
  untilMs: number;
};

export type StillSource = { input: number; width: number; height: number };

/** A layer with the inputs that it is painted from. */
export type PaintedLayer =
  | { layer: Layer & { type: 'still' | 'moving' }; source: StillSource }
  | { layer: Layer & { type: 'video' }; sources: VideoSource[] };

const { width, height, framesPerSecond } = picture;

/** Where nobody sees it. */
const nowhere = { x: width, y: height };

/** Which frame is the first that shows what is at this time. */
const frameAt = (ms: number) => Math.round((ms * framesPerSecond) / 1000);

export const framesOf = (durationMs: number): number => frameAt(durationMs);

const scaling = 'flags=bilinear';
/** From RGB, and for yuv of any kind: what comes out is BT.601 with the narrow range. */
const toBt601 = 'out_color_matrix=bt601:out_range=tv';

/** @returns filters that end in `[picture]` */
export function pictureGraph(layers: PaintedLayer[], durationMs: number): string[] {
  const frames = frameAt(durationMs);
  const filters: string[] = [];
  let last = 'base0';
  let count = 0;
  const paint = (name: string, options: string) => {
    count += 1;
    filters.push(`[${last}][${name}]overlay=${options}:format=yuv420:eof_action=repeat[l${count}]`);
    last = `l${count}`;
  };

  filters.push(
    `color=c=black:s=${width}x${height}:r=${framesPerSecond},trim=end_frame=1,format=yuv420p[base0]`,
  );
  // Pictures that stay and have nothing moving below are painted once, on the frame that is then repeated.
  const movingFrom = layers.findIndex((entry) => !isFixed(entry, frames));
  const fixed = movingFrom === -1 ? layers : layers.slice(0, movingFrom);
  for (const [index, entry] of fixed.entries()) {
    if (entry.layer.type !== 'still' || !('source' in entry)) continue;
    filters.push(stillFilter(entry.source, entry.layer.box, `f${index}`));
    paint(`f${index}`, `x=${entry.layer.box.x}:y=${entry.layer.box.y}`);
  }
  filters.push(
    `[${last}]loop=loop=${frames}:size=1,settb=1/${framesPerSecond},setpts=N,trim=end_frame=${frames}[base]`,
  );
  last = 'base';

  for (const [index, entry] of layers.slice(fixed.length).entries()) {
    if ('sources' in entry) {
      for (const [run, source] of entry.sources.entries()) {
        const shown = whenShown(entry.layer.during, source, frames);
        if (shown === null) continue;
        filters.push(videoFilter(source, entry.layer, `v${index}_${run}`));
        const { box } = entry.layer;
        const corner = { x: `${box.x}+(${box.width}-w)/2`, y: `${box.y}+(${box.height}-h)/2` };
        paint(`v${index}_${run}`, `x=${onlyWhen(shown, corner.x)}:y=${corner.y}`);
      }
      continue;
    }
    const { layer, source } = entry;
    if (layer.type === 'moving') {
      const box = { x: 0, y: 0, width: source.width, height: source.height };
      filters.push(stillFilter(source, box, `m${index}`));
      const { x, y } = movement(layer.places, frames);
      paint(`m${index}`, `x='${x}':y='${y}'`);
    } else {
      const shown = whenShown(layer.during, { firstMs: 0, untilMs: Infinity }, frames);
      if (shown === null) continue;
      filters.push(stillFilter(source, layer.box, `s${index}`));
      paint(`s${index}`, `x=${onlyWhen(shown, String(layer.box.x))}:y=${layer.box.y}`);
    }
  }
  // What is painted on goes on for as long as its inputs: cut to what was asked for.
  filters.push(`[${last}]trim=end_frame=${frames}[picture]`);
  return filters;
}

function isFixed({ layer }: PaintedLayer, frames: number): boolean {
  return (
    layer.type === 'still' && layer.during.some(({ from, to }) => frameAt(from) <= 0 && frameAt(to) >= frames)
  );
}

function stillFilter(source: StillSource, box: Box, name: string): string {
  const isExact = source.width === box.width && source.height === box.height;
  const size = isExact ? '' : `w=${box.width}:h=${box.height}:`;
  return `[${source.input}:v]scale=${size}${toBt601}:flags=bicubic,format=yuva420p[${name}]`;
}

function videoFilter(source: VideoSource, layer: Layer & { type: 'video' }, name: string): string {
  const { box, fit } = layer;
  const size = `w=${box.width}:h=${box.height}`;
  const [w, h] = [`min(iw,ih*${box.width}/${box.height})`, `min(ih,iw*${box.height}/${box.width})`];
  const start = Math.max(0, frameAt(source.firstMs)) / framesPerSecond;
  return [
    `[${source.input}:v]settb=1/1000,setpts=PTS+(${Math.round(source.firstMs)})`,
    // Before scaling: what is not shown is not scaled. Before the first frame there is nothing.
    `fps=${framesPerSecond}:start_time=${start.toFixed(6)}`,
    ...(fit === 'cover' ? [`crop=w='2*floor(${w}/2)':h='2*floor(${h}/2)'`] : []),
    `scale=${size}:${fit === 'contain' ? 'force_original_aspect_ratio=decrease:force_divisible_by=2:' : ''}${toBt601}:${scaling}`,
    `format=yuva420p[${name}]`,
  ].join(',');
}

/** Between two frames, so that rounding does not matter. */
const justBefore = (frame: number) => ((frame - 0.5) / framesPerSecond).toFixed(3);

/** For ffmpeg: just before the frames that are the first to show what is at these times; seconds. */
export const momentsBefore = (timesMs: readonly number[]): string[] =>
  timesMs.map((ms) => justBefore(frameAt(ms)));

/**
 * Painted outside of the picture, it is not seen. Not by the filter's own `enable`: in ffmpeg 5.1 that goes by the
 * frame that the filter has taken in last, which may be one of the painted picture, from ahead.
 */
const onlyWhen = (shown: string, x: string) => (shown === 'always' ? x : `'if(${shown},${x},${nowhere.x})'`);

/** @returns a condition on the time of the frame; null: never */
function whenShown(
  during: Stretch[],
  { firstMs, untilMs }: { firstMs: number; untilMs: number },
  frames: number,
): string | null {
  const last = untilMs === Infinity ? frames : frameAt(untilMs);
  const shown = during
    .map(({ from, to }) => ({
      from: Math.max(0, frameAt(Math.max(from, firstMs))),
      to: Math.min(frames, frameAt(to), last),
    }))
    .filter(({ from, to }) => from < to);
  if (shown.length === 0) return null;
  if (shown.some(({ from, to }) => from === 0 && to === frames)) return 'always';
  return shown.map(({ from, to }) => `gte(t,${justBefore(from)})*lt(t,${justBefore(to)})`).join('+');
}

/** Expressions of time that give the corner in every frame. */
function movement(places: (Layer & { type: 'moving' })['places'], frames: number): { x: string; y: string } {
  const steps: { frame: number; x: number; y: number }[] = [];
  for (const { at, corner } of places) {
    const frame = Math.max(0, Math.ceil((at * framesPerSecond) / 1000 - 1e-6));
    if (frame >= frames) break;
    const { x, y } = corner ?? nowhere;
    // Of several within a frame, the last one counts.
    if (steps.at(-1)?.frame === frame) steps.pop();
    steps.push({ frame, x: Math.round(x), y: Math.round(y) });
  }
  if (steps[0]?.frame !== 0) steps.unshift({ frame: 0, ...nowhere });
  return {
    x: stepsOf(steps.map(({ frame, x }) => ({ frame, value: x }))),
    y: stepsOf(steps.map(({ frame, y }) => ({ frame, value: y }))),
  };
}

/** A tree of comparisons: one list of them would be nested too deeply for ffmpeg. */
function stepsOf(steps: { frame: number; value: number }[]): string {
  const [first] = steps;
  if (!first) return '0';
  if (steps.every(({ value }) => value === first.value)) return String(first.value);
  const middle = Math.floor(steps.length / 2);
  const border = justBefore(steps[middle]?.frame ?? 0);
  return `if(lt(t,${border}),${stepsOf(steps.slice(0, middle))},${stepsOf(steps.slice(middle))})`;
}
