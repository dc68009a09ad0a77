// Loads custom widgets, binds their actions and refreshes the page. Widget HTML was cleaned by the
// server and lives in a shadow root, so its styles and names stay its own.
"use strict";

const grid = document.querySelector("main.grid");
const said = document.getElementById("said");
const dark = () => document.documentElement.dataset.theme === "dark";
const say = (text) => { said.textContent = text; };

function fields(root) {
  const all = {};
  for (const field of root.querySelectorAll("[name]")) {
    if ((field.type === "checkbox" || field.type === "radio") && !field.checked) continue;
    all[field.name] = field.value;
  }
  return all;
}

async function call(card, options) {
  const box = card.getBoundingClientRect();
  const answer = await fetch(`/widget/${card.dataset.widget}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      ...options,
      minutes: Number(grid.dataset.range),
      theme: dark() ? "dark" : "light",
      width: Math.round(box.width),
      height: Math.round(box.height),
    }),
  });
  if (!answer.ok) throw new Error(`the viewer answered ${answer.status}`);
  return answer.json();
}

function show(card, root, html) {
  root.innerHTML = `<style>:host{display:block;color:inherit;font:14px/1.45 system-ui,sans-serif}
    cwdb-action{display:none}</style>${html}`;
  for (const action of root.querySelectorAll("cwdb-action")) bind(card, root, action);
}

function bind(card, root, action) {
  const target = action.previousElementSibling;
  if (!target) return;
  if (!target.matches("button, input, select, textarea, a[href]")) {
    target.setAttribute("role", "button");
    target.tabIndex = 0;
    target.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      target.click();
    });
  }
  target.addEventListener(action.getAttribute("event") || "click", async (event) => {
    event.preventDefault();
    const question = action.getAttribute("confirmation");
    if (question && !(await ask(question))) return;
    await run(card, root, action, target);
  });
}

async function run(card, root, action, target) {
  const popup = action.getAttribute("display") === "popup";
  try {
    if (target.disabled !== undefined) target.disabled = true;
    let html = action.innerHTML;
    if (action.getAttribute("action") === "call") {
      const payload = JSON.parse(action.textContent.trim() || "{}");
      const forms = { ...fields(card.querySelector(".host").shadowRoot), ...fields(root) };
      const answer = await call(card, {
        endpoint: action.getAttribute("endpoint"), payload, forms,
      });
      html = answer.html;
    }
    if (popup) {
      openPopup(card, html);
    } else {
      const host = root.host.closest("dialog") ? card.querySelector(".host") : root.host;
      show(card, host.shadowRoot, html);
      document.querySelector("dialog.popup")?.close();
      host.focus();
      say("The widget was updated.");
    }
  } catch (error) {
    say(`That did not work: ${error.message}`);
    said.classList.remove("hidden");
  } finally {
    if (target.disabled !== undefined) target.disabled = false;
  }
}

function dialog(kind, label) {
  const box = document.createElement("dialog");
  box.className = kind;
  box.setAttribute("aria-label", label);
  document.body.append(box);
  box.addEventListener("close", () => box.remove());
  return box;
}

function button(text, primary) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  if (primary) made.className = "primary";
  return made;
}

function openPopup(card, html) {
  document.querySelector("dialog.popup")?.close();
  const box = dialog("popup", card.getAttribute("aria-label"));
  const close = button("Close");
  close.addEventListener("click", () => box.close());
  const host = document.createElement("div");
  host.className = "host";
  const root = host.attachShadow({ mode: "open" });
  const bar = document.createElement("div");
  bar.className = "bar";
  bar.append(close);
  box.append(bar, host);
  show(card, root, html);
  box.showModal();
}

function ask(question) {
  return new Promise((resolve) => {
    const box = dialog("confirm", "Please confirm");
    const text = document.createElement("p");
    text.textContent = question;
    const yes = button("Confirm", true);
    const no = button("Cancel");
    let answer = false;
    yes.addEventListener("click", () => { answer = true; box.close(); });
    no.addEventListener("click", () => box.close());
    box.addEventListener("close", () => resolve(answer));
    const bar = document.createElement("div");
    bar.className = "bar";
    bar.append(no, yes);
    box.append(text, bar);
    box.showModal();
    no.focus();
  });
}

async function load(card) {
  const host = card.querySelector(".host");
  const root = host.shadowRoot || host.attachShadow({ mode: "open" });
  host.tabIndex = -1;
  host.setAttribute("aria-busy", "true");
  try {
    const { html } = await call(card, { forms: fields(root) });
    show(card, root, html);
  } catch (error) {
    root.textContent = `This widget could not be loaded: ${error.message}`;
  }
  host.setAttribute("aria-busy", "false");
}

async function redraw(card) {
  if (card.dataset.kind === "custom") return load(card);
  const answer = await fetch(`/widget/${card.dataset.widget}?range=${grid.dataset.range}`);
  if (answer.ok) card.querySelector(".inside").innerHTML = await answer.text();
  return undefined;
}

// A page that somebody works in is not drawn anew under their hands.
const busy = () => document.querySelector("dialog[open]")
  || [...document.querySelectorAll(".host")].some((host) => {
    const active = host.shadowRoot && host.shadowRoot.activeElement;
    return active && active.matches("input, textarea, select");
  });

async function refresh() {
  await Promise.all([...document.querySelectorAll(".card")].map(redraw));
  say(`Updated at ${new Date().toLocaleTimeString()}`);
}

function setTheme(name) {
  document.documentElement.dataset.theme = name;
  const toggle = document.getElementById("theme");
  toggle.setAttribute("aria-pressed", String(name === "dark"));
  try { localStorage.setItem("theme", name); } catch { /* the choice is kept for this page */ }
}

if (grid) {
  let kept = null;
  try { kept = localStorage.getItem("theme"); } catch { /* private mode */ }
  setTheme(kept || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"));
  document.getElementById("theme").addEventListener("click", () => {
    setTheme(dark() ? "light" : "dark");
    document.querySelectorAll(".card.custom").forEach(load);
  });
  document.getElementById("refresh").addEventListener("click", refresh);
  document.getElementById("range").addEventListener("change", (event) => {
    location.search = `?range=${event.target.value}`;
  });
  let timer = 0;
  document.getElementById("every").addEventListener("change", (event) => {
    clearInterval(timer);
    const seconds = Number(event.target.value);
    if (seconds) timer = setInterval(() => { if (!busy()) refresh(); }, seconds * 1000);
  });
  document.querySelectorAll(".card.custom").forEach(load);
}
