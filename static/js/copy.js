// [data-copy-link] puts a link, else the address of the page, on the clipboard. In the pages that have
// such a button only.
(() => {
  "use strict";

  for (const button of document.querySelectorAll("[data-copy-link]")) {
    button.hidden = !navigator.clipboard; // browsers have none for a site without HTTPS
    button.addEventListener("click", async () => {
      const { copyLink, copied } = button.dataset;
      await navigator.clipboard.writeText(copyLink || location.href);
      button.querySelector("span").textContent = document.getElementById("live").textContent = copied;
    });
  }
})();
