// <a data-download href="…"> on a page that somebody came to for a file: it comes by itself, once.
const link = document.querySelector("a[data-download]");
if (link) {
  // Coming back to this page later shows the export and brings no second file.
  if (link.dataset.page) history.replaceState(history.state, "", link.dataset.page);
  location.assign(link.href);
}
