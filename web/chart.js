// A small area chart: the last minutes of one number, newest at the right.

const svgSpace = "http://www.w3.org/2000/svg";
const shownSeconds = { least: 60, most: 300 };
const width = 300;
const height = 100;

function element(name, className) {
  const made = document.createElementNS(svgSpace, name);
  made.setAttribute("class", className);
  return made;
}

/** The smallest round number that is not below `value`. */
export function roundedUp(value) {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 1.5, 2, 3, 4, 6, 8, 10].map((step) => step * power).find((step) => step >= value);
}

export class Chart {
  constructor(svg, name) {
    this.svg = svg;
    this.name = name;
    this.points = [];
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.setAttribute("preserveAspectRatio", "none");
    const middle = element("line", "grid");
    for (const [key, value] of Object.entries({ x1: 0, x2: width, y1: height / 2, y2: height / 2 })) {
      middle.setAttribute(key, value);
    }
    this.area = element("path", "area");
    this.stroke = element("path", "stroke");
    svg.append(middle, this.area, this.stroke);
  }

  /** `time` in milliseconds; points come in order. */
  add(time, value) {
    this.points.push({ time, value });
    const oldest = time - shownSeconds.most * 1000;
    while (this.points[0].time < oldest) this.points.shift();
  }

  draw() {
    const last = this.points.at(-1);
    if (!last) return;
    const top = roundedUp(Math.max(...this.points.map((point) => point.value)) * 1.1);
    const history = (last.time - this.points[0].time) / 1000;
    const scale = width / Math.max(shownSeconds.least, history);
    const x = (point) => width - ((last.time - point.time) / 1000) * scale;
    const y = (point) => height - (point.value / top) * (height - 4);
    const line = this.points.map((p) => `${x(p).toFixed(1)},${y(p).toFixed(1)}`).join("L");
    this.stroke.setAttribute("d", `M${line}`);
    this.area.setAttribute("d", `M${x(this.points[0]).toFixed(1)},${height}L${line}L${width},${height}Z`);
    const highest = Math.max(...this.points.map((point) => point.value));
    const minutes = Math.max(1, Math.round(history / 60));
    this.svg.setAttribute("aria-label",
      `${this.name}: now ${last.value.toFixed(1)}, highest ${highest.toFixed(1)} in ${minutes} min`);
  }
}
