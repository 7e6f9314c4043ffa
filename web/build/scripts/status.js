// Asks what became of a payment, or whether it is somebody's turn, and goes
// where the answer says. Without it the page refreshes by itself.
(function () {
  "use strict";
  var place = document.getElementById("payment-state");
  if (!place) return;
  var title = (document.querySelector("h1") || place).textContent;
  var every = Number(place.dataset.every || 2);
  var left = place.dataset.every ? Infinity : 150;
  function ask() {
    fetch(place.dataset.url, { headers: { Accept: "application/json" }, credentials: "same-origin" })
      .then(function (answer) { return answer.json(); })
      .then(function (news) {
        if (news.next) location.replace(news.next);
        else if (news.title && news.title !== title) location.reload();
        else { say(news.says); again(); }
      })
      .catch(again);
  }
  function say(words) {
    place.querySelectorAll("[data-says]").forEach(function (line, i) {
      if (words && words[i] && line.textContent !== words[i]) line.textContent = words[i];
    });
  }
  function again() {
    if (left-- > 0) setTimeout(ask, every * 1000);
  }
  again();
})();
