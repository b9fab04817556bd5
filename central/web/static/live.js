// Asks every 2 s whether the page's numbers have changed, and fetches the page anew when they have.
(function () {
  "use strict";
  var main = document.getElementById("main");
  var path = main && main.dataset.live;
  if (!path || !window.fetch) return;
  var known = main.dataset.version;

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
      return answer.version === known ? null : refresh(answer.version);
    }).catch(function () { /* the centre is away for a moment; ask again */ }).then(again);
  }

  function again() { setTimeout(ask, 2000); }
  again();
})();
