// Draws the page anew every few seconds, unless somebody types or reads an e-mail in it.
"use strict";

const typing = () => [...document.querySelectorAll("input, textarea")]
  .some((field) => field === document.activeElement || field.value !== field.defaultValue);

async function refresh() {
  if (document.hidden || typing() || document.querySelector("iframe")) return;
  const answer = await fetch(location.pathname + location.search.replace(/said=[^&]*/, ""));
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const now = document.getElementById("page");
  const next = fresh.getElementById("page");
  if (next.innerHTML !== now.innerHTML && !typing()) now.replaceWith(next);
}

setInterval(() => refresh().catch(() => {}), 5000);
