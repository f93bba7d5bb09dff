// One event stream: "stats" once a second, "alert" as they come. The server replays what it keeps,
// so a page that opens late or comes back has its history.

import { Chart } from "/chart.js";
import { Feed } from "/feed.js";

const byId = (id) => document.getElementById(id);
const whole = (number) => Math.round(number).toLocaleString("en");
const oneDecimal = (number) => number.toLocaleString("en", { maximumFractionDigits: 1 });

const charts = {
  transactions: new Chart(byId("chart-transactions"), "Transactions per second"),
  alerts: new Chart(byId("chart-alerts"), "Alerts per second"),
};
const feed = new Feed({
  list: byId("feed"),
  empty: byId("empty"),
  filter: byId("filter"),
  pause: byId("pause"),
  announcer: byId("announcer"),
});

let latest = null;
let drawing = false;
const recentAlerts = [];  // a second: one second alone says little of something so rare

function alertsPerSecond(newest) {
  recentAlerts.push(newest);
  if (recentAlerts.length > 10) recentAlerts.shift();
  return recentAlerts.reduce((sum, count) => sum + count, 0) / recentAlerts.length;
}

function setStatus(word) {
  byId("status").dataset.state = word;
  byId("status-word").textContent = word;
}

function milliseconds(value) {
  if (value === null) return "–";
  return value < 10 ? value.toFixed(1) : whole(value);
}

function draw() {
  drawing = false;
  if (!latest) return;
  setStatus(latest.status);
  byId("tps").value = whole(latest.transactions_per_second);
  byId("aps").value = oneDecimal(latest.alerts_per_second_of_late);
  byId("total-transactions").value = whole(latest.transactions);
  byId("total-alerts").value = whole(latest.alerts);
  byId("p99").value = milliseconds(latest.latency_p99_ms);
  byId("p50").value = milliseconds(latest.latency_p50_ms);
  byId("lag").value = whole(latest.lag);
  for (const name of ["rejected", "duplicate", "late"]) byId(name).textContent = whole(latest[name]);
  for (const [rule, count] of Object.entries(latest.alerts_by_rule)) showCount(rule, count);
  for (const chart of Object.values(charts)) chart.draw();
}

function showCount(rule, count) {
  const row = document.querySelector(`#rules [data-rule="${CSS.escape(rule)}"]`);
  if (!row) return;
  row.querySelector(".count").textContent = whole(count);
  const bar = row.querySelector("progress");
  bar.max = Math.max(1, latest.alerts);
  bar.value = count;
}

function onStats(event) {
  latest = JSON.parse(event.data);
  charts.transactions.add(latest.time, latest.transactions_per_second);
  latest.alerts_per_second_of_late = alertsPerSecond(latest.alerts_per_second);
  charts.alerts.add(latest.time, latest.alerts_per_second_of_late);
  // A replayed history is one drawing, not hundreds.
  if (!drawing) requestAnimationFrame(draw);
  drawing = true;
}

function showRules(rules) {
  for (const rule of rules) {
    const row = document.createElement("li");
    row.dataset.rule = rule.id;
    const tag = Object.assign(document.createElement("span"), { className: `tag ${rule.severity}`, textContent: rule.id });
    const count = Object.assign(document.createElement("span"), { className: "count", textContent: "0" });
    const text = Object.assign(document.createElement("span"), { className: "text", textContent: rule.text });
    const bar = Object.assign(document.createElement("progress"), { max: 1, value: 0 });
    bar.setAttribute("aria-label", `share of ${rule.id} in all alerts`);
    row.append(tag, count, text, bar);
    byId("rules").append(row);
    byId("filter").append(new Option(rule.id, rule.id));
  }
}

async function start() {
  const info = await (await fetch("/api/info")).json();
  byId("brokers").textContent = `${info.transactions} → ${info.alerts} at ${info.brokers} · ${info.version}`;
  showRules(info.rules);
  const events = new EventSource("/events");
  events.addEventListener("stats", onStats);
  events.addEventListener("alert", (event) => feed.add(JSON.parse(event.data)));
  events.addEventListener("error", () => setStatus("disconnected"));
}

start().catch(() => setStatus("disconnected"));
