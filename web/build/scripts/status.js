// Asks every two seconds what became of a payment, and goes where the answer
// says. Without it the page refreshes by itself.
(function () {
  "use strict";
  var place = document.getElementById("payment-state");
  if (!place) return;
  var left = 150;
  function ask() {
    fetch(place.dataset.url, { headers: { Accept: "application/json" }, credentials: "same-origin" })
      .then(function (answer) { return answer.json(); })
      .then(function (news) {
        if (news.next) location.replace(news.next);
        else again();
      }, again);
  }
  function again() {
    if (left-- > 0) setTimeout(ask, 2000);
  }
  again();
})();
