// Asks every 2 s whether the page's numbers have changed, and fetches the page anew when they have.
(function () {
  "use strict";
  var main = document.getElementById("main");
  var path = main && main.dataset.live;
  if (!path || !window.fetch) return;
  var known = main.dataset.version;
  var tapped = null; // when the last tap was, by this page's own clock

  function tick() {
    var age = main.querySelector(".heartbeat .age");
    if (age && tapped !== null) age.textContent = ago((performance.now() - tapped) / 1000);
  }

  function ago(seconds) {
    if (seconds < 90) return Math.round(seconds) + " s ago";
    return seconds < 5400 ? Math.round(seconds / 60) + " min ago" : Math.round(seconds / 3600) + " h ago";
  }

  function heard(seconds) {
    tapped = seconds === null || seconds === undefined ? null : performance.now() - 1000 * seconds;
    tick();
  }

  function openOnes() {
    return Array.prototype.map.call(main.querySelectorAll("details"), function (one) { return one.open; });
  }

  function replace(text) {
    var fresh = new DOMParser().parseFromString(text, "text/html").getElementById("main");
    if (!fresh) return;
    var open = openOnes();
    var details = fresh.querySelectorAll("details");
    if (details.length === open.length) open.forEach(function (is, i) { details[i].open = is; });
    main.replaceChildren.apply(main, fresh.childNodes);
    tick();
  }

  function refresh(version) {
    return fetch(location.href).then(function (answer) { return answer.ok ? answer.text() : null; }).then(function (text) {
      if (text) { replace(text); known = version; }
    });
  }

  function ask() {
    if (document.hidden || main.contains(document.activeElement) && /INPUT|SELECT/.test(document.activeElement.tagName)) return again();
    fetch(path).then(function (answer) {
      if (answer.status === 401) { location.reload(); return null; }
      return answer.ok ? answer.json() : null;
    }).then(function (answer) {
      if (!answer) return null;
      heard(answer.last_tap_seconds);
      return answer.version === known ? null : refresh(answer.version);
    }).catch(function () { /* the centre is away for a moment; ask again */ }).then(again);
  }

  function again() { setTimeout(ask, 2000); }
  var beat = main.querySelector(".heartbeat");
  if (beat && beat.dataset.age) heard(Number(beat.dataset.age));
  setInterval(tick, 1000);
  again();
})();
