// Elements, figures and words. Titles and names come from strangers: they only ever become text.

const svgSpace = "http://www.w3.org/2000/svg";

/** An element with a class, a text and children. */
export function make(tag, className = "", ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** An icon of the sprite in index.html. */
export function icon(name) {
  const svg = document.createElementNS(svgSpace, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(svgSpace, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/** Replaces an element's text only when it differs, so that screen readers stay quiet. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

/** 12,345; from a million on 1.2M. */
export function count(value) {
  if (!Number.isFinite(value)) return "–";
  return Math.abs(value) < 1e6 ? whole.format(value) : compact.format(value);
}

/** A rate: 0.4, 12, 3.4K. */
export function rate(value) {
  if (!Number.isFinite(value)) return "–";
  if (value > 0 && value < 10) return value.toFixed(1);
  return Math.abs(value) < 10_000 ? whole.format(value) : compact.format(value);
}

/** Milliseconds with as many digits as help. */
export function milliseconds(value) {
  if (!Number.isFinite(value)) return "–";
  if (value >= 1000) return `${(value / 1000).toFixed(1)} s`;
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ms`;
}

/** 0.42 → 42 %. */
export function percent(share) {
  if (!Number.isFinite(share)) return "–";
  const value = share * 100;
  return `${value > 0 && value < 10 ? value.toFixed(1) : value.toFixed(0)} %`;
}

/** Seconds as 3 h 12 m. */
export function span(seconds) {
  if (!Number.isFinite(seconds)) return "–";
  const parts = [["d", 86_400], ["h", 3600], ["m", 60], ["s", 1]];
  let rest = Math.max(0, Math.floor(seconds));
  const words = [];
  for (const [unit, size] of parts) {
    const amount = Math.floor(rest / size);
    rest -= amount * size;
    if (amount > 0 || (unit === "s" && words.length === 0)) words.push(`${amount} ${unit}`);
  }
  return words.slice(0, 2).join(" ");
}

/** How long ago: just now, 5 m ago, 3 h ago, 2 d ago. */
export function age(date) {
  const seconds = (Date.now() - date.getTime()) / 1000;
  if (!Number.isFinite(seconds)) return "";
  if (seconds < 45) return "just now";
  if (seconds < 5400) return `${Math.max(1, Math.round(seconds / 60))} m ago`;
  if (seconds < 129_600) return `${Math.round(seconds / 3600)} h ago`;
  return `${Math.round(seconds / 86_400)} d ago`;
}

/** near_your_taste → near your taste. */
export function words(code) {
  return String(code ?? "").replaceAll("_", " ").replaceAll("-", " ");
}

/** A hue that stays with a name. */
export function hue(name) {
  let hash = 2_166_136_261;
  for (const character of name) {
    hash = Math.imul(hash ^ character.codePointAt(0), 16_777_619);
  }
  return (Math.imul(hash ^ (hash >>> 15), 739_982_445) >>> 8) % 360;
}

/** A round mark with the first letters of a name. */
export function avatar(name) {
  const parts = name.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const letters = parts.length > 1 ? parts[0].slice(0, 1) + parts[1].slice(0, 1)
    : name.slice(0, 2);
  const mark = make("span", "avatar", letters.toUpperCase());
  mark.setAttribute("aria-hidden", "true");
  mark.style.setProperty("--hue", hue(name));
  return mark;
}

/** A chip in the colour of a source of candidates. */
export function sourceChip(source) {
  const chip = make("span", "chip source", words(source));
  chip.dataset.source = source;
  return chip;
}

/** A bar filled to a share; `name` says what is measured. */
export function meter(share, name) {
  const bar = make("span", "meter", make("span", "meter-fill"));
  bar.setAttribute("role", "img");
  setMeter(bar, share, name);
  return bar;
}

/** Changes a meter. */
export function setMeter(bar, share, name) {
  const filled = Number.isFinite(share) ? Math.min(1, Math.max(0, share)) : 0;
  bar.firstChild.style.setProperty("--share", filled.toFixed(4));
  bar.setAttribute("aria-label", name);
}

/** A line of the newest values, drawn as an area. */
export class Sparkline {
  constructor(points = 60) {
    this.points = points;
    this.values = [];
    this.element = document.createElementNS(svgSpace, "svg");
    this.element.setAttribute("class", "spark");
    this.element.setAttribute("viewBox", `0 0 ${points - 1} 24`);
    this.element.setAttribute("preserveAspectRatio", "none");
    this.element.setAttribute("aria-hidden", "true");
    this.area = document.createElementNS(svgSpace, "path");
    this.area.setAttribute("class", "spark-area");
    this.line = document.createElementNS(svgSpace, "path");
    this.line.setAttribute("class", "spark-line");
    this.element.append(this.area, this.line);
  }

  push(value) {
    this.values.push(Number.isFinite(value) ? value : 0);
    if (this.values.length > this.points) this.values.shift();
    const top = Math.max(...this.values, 1e-9) * 1.12;
    const start = this.points - this.values.length;
    const places = this.values.map((value, index) =>
      `${start + index} ${(23 - (value / top) * 21).toFixed(2)}`);
    const line = `M${places.join("L")}`;
    this.line.setAttribute("d", line);
    this.area.setAttribute("d", `${line}L${this.points - 1} 24L${start} 24Z`);
  }
}
