/**
 * Pointer support for charts: a crosshair with values, and selection by dragging. Listeners are on the document, so that live updates do
 * not remove them. Touch scrolls; the range form and the tables offer the same without a pointer.
 */

/** A shorter drag counts as a click. */
const MIN_DRAG = 5;

interface Chart {
  readonly svg: SVGSVGElement;
  readonly fromMillis: number;
  readonly toMillis: number;
  readonly height: number;
  /** Of the page's times. */
  readonly zone: string | undefined;
  /** For a trace: times are relative to the start, and a selection opens this address. */
  readonly zoomHref: string | undefined;
  /** Ends of the value axis, if a region can be selected. */
  readonly bands: { readonly low: number; readonly high: number; readonly href: string } | undefined;
}

interface Drag {
  readonly chart: Chart;
  readonly x: number;
  readonly y: number;
  moved: boolean;
}

const overlay = document.createElement('div');
overlay.className = 'chart-overlay';
overlay.hidden = true;
overlay.setAttribute('aria-hidden', 'true');
const line = overlay.appendChild(document.createElement('div'));
const box = overlay.appendChild(document.createElement('div'));
const readout = overlay.appendChild(document.createElement('div'));
line.className = 'crosshair';
box.className = 'selection';
readout.className = 'readout';
document.body.append(overlay);

let drag: Drag | undefined;

function chartAt(target: EventTarget | null): Chart | undefined {
  const svg = target instanceof Element ? target.closest<SVGSVGElement>('svg.chart[data-from]') : null;
  if (svg === null) return undefined;
  const { from, to, height, zone, low, high, href, zoom } = svg.dataset;
  return {
    svg,
    fromMillis: Number(from),
    toMillis: Number(to),
    height: Number(height),
    zone,
    zoomHref: zoom,
    bands: href === undefined ? undefined : { low: Number(low), high: Number(high), href },
  };
}

const within = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

function millisAt({ svg, fromMillis, toMillis }: Chart, clientX: number): number {
  const { left, width } = svg.getBoundingClientRect();
  return fromMillis + within((clientX - left) / Math.max(1, width), 0, 1) * (toMillis - fromMillis);
}

function durationAt({ svg, height }: Chart, bands: NonNullable<Chart['bands']>, clientY: number): number {
  const up = 1 - within((clientY - svg.getBoundingClientRect().top) / height, 0, 1);
  return bands.low * (bands.high / bands.low) ** up;
}

const clock = ({ zone, zoomHref }: Chart, millis: number): string =>
  zoomHref === undefined
    ? new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeStyle: 'medium' }).format(millis)
    : durationText(millis);

function durationText(millis: number): string {
  const [length, unit] =
    millis >= 1000 ? [1000, 's'] : millis >= 1 ? [1, 'ms'] : millis >= 1e-3 ? [1e-3, 'µs'] : [1e-6, 'ns'];
  return `${Number((millis / length).toPrecision(3))}\u00a0${unit}`;
}

function place(element: HTMLElement, left: number, top: number, width?: number, height?: number): void {
  element.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  if (width !== undefined) element.style.width = `${Math.round(width)}px`;
  if (height !== undefined) element.style.height = `${Math.round(height)}px`;
}

/** The row of the chart's data table at that time, as text. */
function valuesAt(chart: Chart, millis: number): string | undefined {
  const table = chart.svg.closest('.panel')?.querySelector('table.numbers');
  const rows = table?.querySelectorAll<HTMLTableRowElement>('tr[data-at]');
  if (!table || rows === undefined || rows.length === 0) return undefined;
  let found: HTMLTableRowElement | undefined;
  let step = Infinity;
  let before: number | undefined;
  for (const row of rows) {
    const at = Number(row.dataset['at']);
    if (before !== undefined) step = Math.min(step, at - before);
    before = at;
    if (at <= millis) found = row;
  }
  if (found === undefined || millis - Number(found.dataset['at']) > 2 * step) return undefined;
  const heads = Array.from(table.querySelectorAll('thead th'), (head) => head.textContent?.trim() ?? '');
  return Array.from(found.cells, (cell, index) => {
    const value = cell.textContent?.trim().replace(/\s+/g, ' ') ?? '';
    return index === 0 ? value : `${heads[index] ?? ''} ${value}`;
  }).join('\n');
}

function showCrosshair(chart: Chart, event: PointerEvent): void {
  const { left, right, top } = chart.svg.getBoundingClientRect();
  const x = within(event.clientX, left, right);
  const millis = millisAt(chart, x);
  const words =
    chart.bands === undefined
      ? valuesAt(chart, millis)
      : `${clock(chart, millis)}\n${durationText(durationAt(chart, chart.bands, event.clientY))}`;
  overlay.hidden = false;
  box.hidden = true;
  line.hidden = false;
  place(line, x, top, undefined, chart.height);
  readout.hidden = false;
  readout.textContent =
    chart.zoomHref === undefined
      ? (words ?? `${clock(chart, millis)}\nnothing counted`)
      : `${clock(chart, millis)}\ndrag to zoom in`;
  placeReadout(x, top);
}

function placeReadout(x: number, top: number): void {
  const { width } = readout.getBoundingClientRect();
  place(readout, x + 12 + width > innerWidth ? x - 12 - width : x + 12, Math.max(4, top));
}

function showSelection({ chart, x, y }: Drag, event: PointerEvent): void {
  const { left, right, top } = chart.svg.getBoundingClientRect();
  const bottom = top + chart.height;
  const [from, to] = [
    within(Math.min(x, event.clientX), left, right),
    within(Math.max(x, event.clientX), left, right),
  ];
  const region = chart.bands !== undefined;
  const high = region ? within(Math.min(y, event.clientY), top, bottom) : top;
  const low = region ? within(Math.max(y, event.clientY), top, bottom) : bottom;
  overlay.hidden = false;
  line.hidden = true;
  box.hidden = false;
  place(box, from, high, to - from, low - high);
  const times = `${clock(chart, millisAt(chart, from))} – ${clock(chart, millisAt(chart, to))}`;
  readout.hidden = false;
  readout.textContent =
    chart.bands === undefined
      ? times
      : `${times}\n${durationText(durationAt(chart, chart.bands, low))} – ${durationText(durationAt(chart, chart.bands, high))}`;
  placeReadout(to, top);
}

function hide(): void {
  overlay.hidden = true;
}

function endDrag(): void {
  drag = undefined;
  document.documentElement.classList.remove('selecting');
  hide();
}

/** The address of the selection: traces of the region, or the page with that range. */
function addressOf({ chart, x, y }: Drag, event: PointerEvent): string {
  const times = [millisAt(chart, Math.min(x, event.clientX)), millisAt(chart, Math.max(x, event.clientX))];
  const address = new URL(chart.zoomHref ?? chart.bands?.href ?? location.href, location.href);
  const set = (name: string, value: string): void => address.searchParams.set(name, value);
  if (chart.zoomHref !== undefined) {
    set('zoom', times.map((millis) => Number(millis.toFixed(4))).join('-'));
    return address.href;
  }
  set('from', new Date(times[0]!).toISOString());
  set('to', new Date(Math.max(times[1]!, times[0]! + 1)).toISOString());
  if (chart.bands !== undefined) {
    set('min', `${Number(durationAt(chart, chart.bands, Math.max(y, event.clientY)).toPrecision(4))}`);
    set('max', `${Number(durationAt(chart, chart.bands, Math.min(y, event.clientY)).toPrecision(4))}`);
  }
  return address.href;
}

document.addEventListener('pointermove', (event) => {
  if (drag !== undefined) {
    drag.moved ||= Math.hypot(event.clientX - drag.x, event.clientY - drag.y) >= MIN_DRAG;
    if (drag.moved) {
      document.documentElement.classList.add('selecting');
      showSelection(drag, event);
    }
    return;
  }
  const chart = event.pointerType === 'touch' ? undefined : chartAt(event.target);
  if (chart === undefined) hide();
  else showCrosshair(chart, event);
});
document.addEventListener('pointerdown', (event) => {
  const chart = event.button === 0 && event.pointerType !== 'touch' ? chartAt(event.target) : undefined;
  if (chart !== undefined) drag = { chart, x: event.clientX, y: event.clientY, moved: false };
});
document.addEventListener('pointerup', (event) => {
  const ended = drag;
  endDrag();
  if (ended?.moved !== true) return;
  // The click after a drag must not follow a link.
  addEventListener('click', stop, { capture: true, once: true });
  setTimeout(() => removeEventListener('click', stop, { capture: true }), 0);
  location.assign(addressOf(ended, event));
});
function stop(event: Event): void {
  event.preventDefault();
  event.stopPropagation();
}
document.addEventListener('pointercancel', endDrag);
document.addEventListener('dragstart', (event) => {
  if (drag !== undefined) event.preventDefault();
});
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && drag !== undefined) endDrag();
});
document.documentElement.addEventListener('pointerleave', hide);
addEventListener('scroll', hide, { passive: true, capture: true });
