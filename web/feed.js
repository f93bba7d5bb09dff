// The alerts as they come: newest first, each opens to say why it was raised.

const shownAtMost = 200;

function make(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

const clock = (iso) => new Date(iso).toLocaleTimeString([], { hour12: false });
const money = (amount) =>
  amount.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 6 });

function summaryOf(alert) {
  const line = make("summary");
  line.append(
    make("span", "time", clock(alert.decision_time)),
    make("span", `tag ${alert.rule.severity}`, alert.rule.id),
    make("span", "who", alert.transaction.user_id),
    make("span", "amount", money(alert.transaction.amount)),
    make("span", "reason", alert.reason),
    make("span", "took", `${alert.latency_ms} ms`),
  );
  return line;
}

function factsOf(alert) {
  const facts = {
    Rule: `${alert.rule.text}  (severity ${alert.rule.severity}, version ${alert.rule.version})`,
    "Values seen": Object.entries(alert.features).map(([name, value]) => `${name} = ${value}`).join(", "),
    Transaction: alert.transaction.transaction_id ?? "without an id",
    Location: alert.transaction.location || "unknown",
    Happened: alert.event_time,
    Decided: alert.decision_time,
    Alert: alert.id,
  };
  const list = make("dl");
  for (const [name, value] of Object.entries(facts)) list.append(make("dt", "", name), make("dd", "", value));
  return list;
}

function evidenceOf(alert) {
  const table = make("table");
  table.append(make("caption", "", `The records behind it, in topic ${alert.topic}`));
  const head = table.createTHead().insertRow();
  for (const title of ["Partition", "Offset", "Happened", "Transaction"]) {
    const cell = make("th", "", title);
    cell.scope = "col";
    head.append(cell);
  }
  const body = table.createTBody();
  for (const record of alert.evidence) {
    const row = body.insertRow();
    for (const value of [record.partition, record.offset, clock(record.timestamp), record.transaction_id ?? ""]) {
      row.insertCell().textContent = value;
    }
  }
  return table;
}

function rowOf(alert) {
  const row = make("li", "fresh");
  row.dataset.rule = alert.rule.id;
  const details = make("details");
  details.append(summaryOf(alert));
  // Built when it is opened: most never are.
  details.addEventListener("toggle", () => {
    if (!details.open || details.children.length > 1) return;
    const why = make("div", "why");
    why.append(factsOf(alert), evidenceOf(alert));
    details.append(why);
  });
  row.append(details);
  return row;
}

export class Feed {
  constructor({ list, empty, filter, pause, announcer }) {
    Object.assign(this, { list, empty, filter, pause, announcer });
    this.waiting = [];
    this.unannounced = 0;
    filter.addEventListener("change", () => this.applyFilter());
    pause.addEventListener("click", () => this.setPaused(!this.paused));
    // A screen reader hears a summary now and then instead of every line.
    setInterval(() => this.announce(), 15000);
  }

  get paused() {
    return this.pause.getAttribute("aria-pressed") === "true";
  }

  setPaused(paused) {
    this.pause.setAttribute("aria-pressed", String(paused));
    if (!paused) for (const alert of this.waiting.splice(0)) this.show(alert);
    this.label();
  }

  label() {
    const more = this.waiting.length ? ` (${this.waiting.length} new)` : "";
    this.pause.textContent = this.paused ? `Resume${more}` : "Pause";
  }

  add(alert) {
    this.unannounced += 1;
    if (!this.paused) return this.show(alert);
    this.waiting.push(alert);
    if (this.waiting.length > shownAtMost) this.waiting.shift();
    this.label();
  }

  show(alert) {
    this.empty.hidden = true;
    const row = rowOf(alert);
    row.hidden = this.filter.value !== "" && this.filter.value !== alert.rule.id;
    this.list.prepend(row);
    while (this.list.children.length > shownAtMost) this.list.lastElementChild.remove();
  }

  applyFilter() {
    for (const row of this.list.children) {
      row.hidden = this.filter.value !== "" && this.filter.value !== row.dataset.rule;
    }
  }

  announce() {
    if (this.unannounced === 0) return;
    this.announcer.textContent = `${this.unannounced} new alerts`;
    this.unannounced = 0;
  }
}
