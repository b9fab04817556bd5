// Opens the part of the page that the address points into; browsers that do so themselves lose nothing.
(function () {
  "use strict";
  function reveal() {
    var wanted = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    var part = wanted && wanted.closest("details");
    if (part && !part.open) part.open = true;
    if (part) part.scrollIntoView();
  }
  addEventListener("hashchange", reveal);
  reveal();
})();
