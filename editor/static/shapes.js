// Points and lines on the picture: x and y from 0 to 1, y down.

export const clamp = (v) => Math.min(1, Math.max(0, Math.round(v * 10000) / 10000));

export function middle(points) {
  const sum = points.reduce((a, p) => [a[0] + p[0], a[1] + p[1]], [0, 0]);
  return [sum[0] / points.length, sum[1] / points.length];
}

export function parse(text) {
  return text.split(",").map((pair) => pair.trim().split(/\s+/).map(Number))
    .filter((pair) => pair.length === 2 && pair.every((n) => Number.isFinite(n)));
}

export const write = (points) => points.map((p) => p.map((v) => String(+v.toFixed(4))).join(" ")).join(", ");

// The way IN: towards the right hand of someone who walks from a to b; in pixels, since the picture is no square.
export function wayIn(a, b, size) {
  const dx = (b[0] - a[0]) * size.w, dy = (b[1] - a[1]) * size.h, length = Math.hypot(dx, dy) || 1;
  return [-dy / length, dx / length];
}

const GAP = 0.002; // zones that touch keep this share of the picture between them, so that rounding makes no overlap

function inside(polygon, p) {
  let is = false;
  polygon.forEach((a, i) => {
    const b = polygon[(i + 1) % polygon.length];
    if ((a[1] > p[1]) !== (b[1] > p[1]) && p[0] < a[0] + (p[1] - a[1]) * (b[0] - a[0]) / (b[1] - a[1])) is = !is;
  });
  return is;
}

function onSide(p, a, b, polygon) {
  const dx = b[0] - a[0], dy = b[1] - a[1], long = dx * dx + dy * dy;
  if (!long) return null;
  const t = ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / long;
  if (t < 0 || t > 1) return null;
  const at = [a[0] + t * dx, a[1] + t * dy], length = Math.sqrt(long);
  const out = [-dy / length * GAP, dx / length * GAP], beyond = [at[0] + out[0], at[1] + out[1]];
  return inside(polygon, beyond) ? [at[0] - out[0], at[1] - out[1]] : beyond;
}

// The nearest corner, side or edge of the picture within `reach`, else the point itself.
export function snapped(point, others, reach) {
  let best = null, away = reach;
  const offer = (at, weight) => {
    const distance = Math.hypot(at[0] - point[0], at[1] - point[1]) * weight;
    if (distance < away) { best = at; away = distance; }
  };
  others.forEach((points) => points.forEach((corner) => offer(corner, 0.6)));
  if (!best) {
    others.filter((points) => points.length > 2).forEach((points) => points.forEach((a, i) => {
      const at = onSide(point, a, points[(i + 1) % points.length], points);
      if (at) offer(at, 1);
    }));
  }
  const [x, y] = best || point, near = (v) => (v < reach ? 0 : v > 1 - reach ? 1 : v);
  return best ? [clamp(x), clamp(y)] : [clamp(near(x)), clamp(near(y))];
}
