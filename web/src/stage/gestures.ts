import { boundedZoom, type Point, wheelZoom } from './geometry.ts';

/** What mouse and fingers do over a page. Places are those of the browser's window. */
export type Hand = {
  /** How close the page is now. */
  zoom(): number;
  /** The pointer is there; null: it has left. At most once a frame. */
  point(place: Point | null): void;
  pan(by: Point): void;
  /** Closer or farther, what is under `anchor` staying there. */
  zoomTo(zoom: number, anchor: Point): void;
};

/** A finger that has moved less is still where it was put down. */
const slackPx = 8;
const unitNames = ['pixels', 'lines', 'pages'] as const;

/**
 * The mouse points; held down on a closer page it moves the page. One finger points on the whole page and moves
 * a closer one, on which a tap points; two fingers bring it closer. For `{@attach}`.
 */
export function gestures(hand: Hand): (node: HTMLElement) => () => void {
  return (node) => {
    const fingers = new Map<number, Point>();
    /** One finger or the mouse button, on a closer page. */
    let grip: { id: number; from: Point; last: Point; moved: boolean } | null = null;
    let pinch: { distance: number; zoom: number; centre: Point } | null = null;
    let frame = 0;
    let next: Point | null = null;

    function point(place: Point | null) {
      next = place;
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        hand.point(next);
      });
    }

    function down(event: PointerEvent) {
      const place = at(event);
      if (event.pointerType === 'touch') {
        fingers.set(event.pointerId, place);
        if (fingers.size === 2) {
          grip = null;
          pinch = { ...spread(fingers), zoom: hand.zoom() };
        } else if (fingers.size === 1) {
          if (hand.zoom() > 1) grip = { id: event.pointerId, from: place, last: place, moved: false };
          else point(place);
        }
      } else if (event.button === 0 && hand.zoom() > 1 && !isForSelecting(event.target)) {
        // Or the browser begins to select text with the same movement.
        event.preventDefault();
        node.setPointerCapture(event.pointerId);
        grip = { id: event.pointerId, from: place, last: place, moved: false };
      }
    }

    function move(event: PointerEvent) {
      const place = at(event);
      if (event.pointerType === 'touch') {
        if (!fingers.has(event.pointerId)) return;
        fingers.set(event.pointerId, place);
        if (pinch && fingers.size === 2) {
          const { distance, centre } = spread(fingers);
          hand.pan({ x: pinch.centre.x - centre.x, y: pinch.centre.y - centre.y });
          hand.zoomTo(boundedZoom((pinch.zoom * distance) / pinch.distance), centre);
          pinch.centre = centre;
          return;
        }
      }
      if (grip?.id === event.pointerId) {
        grip.moved ||= Math.hypot(place.x - grip.from.x, place.y - grip.from.y) > slackPx;
        if (grip.moved) {
          hand.pan({ x: grip.last.x - place.x, y: grip.last.y - place.y });
          grip.last = place;
        }
      }
      if (event.pointerType !== 'touch' || (!grip && fingers.size === 1 && !pinch)) point(place);
    }

    function up(event: PointerEvent) {
      fingers.delete(event.pointerId);
      if (grip?.id === event.pointerId) {
        if (event.pointerType === 'touch' && !grip.moved && event.type === 'pointerup') point(grip.from);
        grip = null;
      }
      // The finger that stays after a pinch does nothing until all are lifted.
      if (fingers.size === 0) pinch = null;
    }

    function leave(event: PointerEvent) {
      // A finger that is lifted leaves its mark; the mouse is somewhere else then.
      if (event.pointerType !== 'touch') point(null);
    }

    function wheel(event: WheelEvent) {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const unit = unitNames[event.deltaMode] ?? 'pixels';
      hand.zoomTo(wheelZoom(hand.zoom(), event.deltaY, unit), at(event));
    }

    const listening = new AbortController();
    const { signal } = listening;
    node.addEventListener('pointerdown', down, { signal });
    node.addEventListener('pointermove', move, { signal });
    node.addEventListener('pointerup', up, { signal });
    node.addEventListener('pointercancel', up, { signal });
    node.addEventListener('pointerleave', leave, { signal });
    node.addEventListener('wheel', wheel, { signal, passive: false });
    return () => {
      listening.abort();
      cancelAnimationFrame(frame);
    };
  };
}

const at = (event: MouseEvent): Point => ({ x: event.clientX, y: event.clientY });

function isForSelecting(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('a, .text span') !== null;
}

function spread(fingers: ReadonlyMap<number, Point>): { distance: number; centre: Point } {
  const [one = { x: 0, y: 0 }, two = one] = [...fingers.values()];
  return {
    distance: Math.max(1, Math.hypot(one.x - two.x, one.y - two.y)),
    centre: { x: (one.x + two.x) / 2, y: (one.y + two.y) / 2 },
  };
}
