(function () {
"use strict";
var doc = document;
var words = doc.documentElement.dataset;
var problems = doc.getElementById("problems");
if (problems) addEventListener("load", function () {
requestAnimationFrame(function () {
if (doc.activeElement !== problems) problems.focus();
});
});
var live = doc.createElement("p");
live.className = "pp-hidden";
live.setAttribute("role", "status");
doc.body.appendChild(live);
function say(text) { live.textContent = text; }
doc.addEventListener("submit", function (event) {
var form = event.target;
if (form.method === "dialog") return;
var now = Date.now();
if (form.sentAt && now - form.sentAt < 5000) {
event.preventDefault();
return;
}
form.sentAt = now;
say(words.sending);
});
addEventListener("pageshow", function (event) {
if (!event.persisted) return;
say("");
doc.querySelectorAll("form").forEach(function (form) { form.sentAt = 0; });
});
doc.querySelectorAll("[data-print]").forEach(function (place) {
var button = doc.createElement("button");
button.type = "button";
button.className = "usa-button usa-button--outline";
button.textContent = place.dataset.print;
button.addEventListener("click", function () { print(); });
place.appendChild(button);
});
var minutes = Number(words.session);
var box = doc.getElementById("time-left");
var timer;
function arm() {
clearTimeout(timer);
timer = setTimeout(function () { box.showModal(); }, (minutes - 2) * 60000);
}
if (minutes > 2 && box && box.showModal) {
arm();
box.addEventListener("close", function () {
fetch(location.pathname, { method: "HEAD", credentials: "same-origin" }).then(function (answer) {
if (answer.ok && !answer.redirected) arm();
else location.reload();
}, arm);
});
}
})();
