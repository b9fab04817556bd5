// The picture under the drawing: there already, or asked of the camera, which waits until it has seen the floor empty.

export function floor(form, board, learn) {
  const box = form.querySelector(".editor-floor"), words = box.querySelector("span");
  const button = box.querySelector("button");

  function show(address) {
    return new Promise((done) => {
      const image = new Image();
      image.onload = () => done(image);
      image.onerror = () => done(null);
      image.src = address;
    }).then((image) => {
      if (image) board.show(image.src, image.naturalWidth, image.naturalHeight);
      return image;
    });
  }

  // Shown once: the host gives the picture a single time, so it is taken as data.
  function take(address) {
    return fetch(address).then((answer) => (answer.ok ? answer.blob() : null)).then((blob) => blob && new Promise((done) => {
      const reader = new FileReader();
      reader.onload = () => done(show(reader.result));
      reader.readAsDataURL(blob);
    }));
  }

  function wait(address) {
    fetch(address).then((answer) => answer.json()).then((told) => {
      words.textContent = told.words || "";
      if (told.state === "waiting") { setTimeout(() => wait(address), 1000); return; }
      button.disabled = false;
      if (told.state !== "here") return;
      learn(told.layout || {});
      take(address + ".jpg").then(() => { words.textContent = "The floor as the camera sees it, without people. It is kept nowhere: it goes when you leave this page."; });
    }).catch(() => { button.disabled = false; words.textContent = "The centre did not answer; try again."; });
  }

  if (form.dataset.image) { show(form.dataset.image); return; }
  if (!button) return;
  box.hidden = false;
  button.addEventListener("click", () => {
    button.disabled = true;
    words.textContent = "Asking the camera …";
    fetch(form.dataset.backdrop, { method: "POST" }).then((answer) => answer.json()).then((told) => {
      if (told.ticket) { wait(form.dataset.backdrop + "/" + told.ticket); return; }
      button.disabled = false;
      words.textContent = told.words || told.detail || "The camera cannot be asked now.";
    }).catch(() => { button.disabled = false; words.textContent = "The centre did not answer; try again."; });
  });
}
