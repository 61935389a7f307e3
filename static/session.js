// Warns before a session ends and lets the reader stay. Without it the foot of the page says when the session ends, and
// the server ends it all the same: nothing here guards anything.

const box = document.querySelector("[data-session-end]");
const dialog = box.querySelector("dialog");
const count = box.querySelector("[data-session-count]");
const stay = box.querySelector("[data-session-stay]");
const warning = Number(box.dataset.warningSeconds);
// A page opened in another tab keeps the session for this one too.
const tabs = "BroadcastChannel" in window ? new BroadcastChannel("session-end") : null;

let endsAt = 0;
let told = "";

function lives(seconds) {
  endsAt = Date.now() + seconds * 1000;
}

function announce(left) {
  // Said a few times, not every second: a screen reader reads each change aloud.
  const steps = left > 60 ? [count.dataset.minutes, Math.ceil(left / 60)] : [count.dataset.seconds, Math.ceil(left / 20) * 20];
  const text = `${steps[0]} ${steps[1]}`;
  if (text !== told) {
    told = text;
    count.textContent = text;
  }
}

function leave() {
  // What is on the screen belongs to somebody who is not signed in any more.
  window.location.replace(window.location.pathname + window.location.search);
}

function look() {
  const left = (endsAt - Date.now()) / 1000;
  if (left <= 0) {
    leave();
    return;
  }
  if (left > warning) {
    if (dialog.open && told) {
      dialog.close();
    }
    told = "";
    return;
  }
  if (!dialog.open && told === "") {
    dialog.showModal();
  }
  announce(left);
}

if (stay) {
  stay.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const answer = await fetch(stay.action, {
        method: "POST",
        body: new FormData(stay),
        headers: { Accept: "application/json" },
        redirect: "error",
      });
      const { seconds_left: seconds } = await answer.json();
      lives(seconds);
      tabs?.postMessage(seconds);
      dialog.close();
      look();
    } catch {
      leave();
    }
  });
}

tabs?.addEventListener("message", (event) => {
  lives(Math.max(event.data, (endsAt - Date.now()) / 1000));
  look();
});
window.addEventListener("pageshow", look); // also a page that the Back button brings back, with its old clock
lives(Number(box.dataset.secondsLeft));
tabs?.postMessage(Number(box.dataset.secondsLeft));
look();
setInterval(look, 1000);
