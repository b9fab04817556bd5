// Two big buttons: taps are kept in this phone, so that neither a reload nor a lost network loses one.
(function () {
  "use strict";
  var form = document.querySelector("form.audit");
  if (!form) return;
  var key = "audit-" + form.dataset.audit, more = form.querySelector(".audit-more");
  var needed = Number((more.textContent.match(/\d+/) || ["0"])[0]);
  var taps = [];
  try { taps = JSON.parse(localStorage.getItem(key)) || []; } catch (error) { /* nothing was kept */ }
  ["ins", "outs"].forEach(function (way) {
    var typed = Number(form.elements[way].value) || 0;
    for (var have = count(way); have < typed; have++) taps.push(way);
  });

  function count(way) { return taps.filter(function (tap) { return tap === way; }).length; }

  function show() {
    form.querySelectorAll("[data-way]").forEach(function (pad) {
      pad.querySelector("output").textContent = count(pad.dataset.way);
      form.elements[pad.dataset.way].value = count(pad.dataset.way);
    });
    var left = Math.max(0, needed - taps.length);
    more.textContent = left ? left + " more crossings are needed before an error can be told." : "Enough to tell an error; more make it narrower.";
    form.querySelector("[data-undo]").disabled = !taps.length;
    try { localStorage.setItem(key, JSON.stringify(taps)); } catch (error) { /* a private window: the page itself keeps them */ }
  }

  form.querySelectorAll("[data-way]").forEach(function (pad) {
    pad.hidden = false;
    pad.addEventListener("click", function () {
      taps.push(pad.dataset.way);
      if (navigator.vibrate) navigator.vibrate(15);
      show();
    });
  });
  var undo = form.querySelector("[data-undo]");
  undo.hidden = false;
  undo.addEventListener("click", function () { taps.pop(); show(); });
  form.classList.add("tapping");
  var stopping = false;
  form.addEventListener("submit", function () { stopping = true; });
  window.addEventListener("beforeunload", function (event) { if (taps.length && !stopping) event.preventDefault(); });
  show();
})();
