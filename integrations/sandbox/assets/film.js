// The film's player. What it is doing stands on the page's root as data-player: ready, playing, paused, ended, failed.
"use strict";
const root = document.documentElement;
const player = document.querySelector(".player");
const film = player.querySelector("video");
const [button, place, time] = player.querySelectorAll("button, input, output");
const captions = JSON.parse(player.dataset.captions);
const says = (state) => { root.dataset.player = state; };

const show = () => {
  const at = Math.floor(film.currentTime);
  place.value = film.currentTime;
  time.value = `${Math.floor(at / 60)}:${String(at % 60).padStart(2, "0")}`;
  const said = captions.filter(([from]) => from <= film.currentTime).pop();
  player.querySelector(".caption").textContent = said ? said[1] : "";
};
film.addEventListener("timeupdate", show);
film.addEventListener("play", () => { button.textContent = player.dataset.pause; });
film.addEventListener("playing", () => says("playing"));
film.addEventListener("pause", () => { button.textContent = player.dataset.play; says("paused"); });
film.addEventListener("ended", () => says("ended"));
film.addEventListener("error", () => says("failed"));
place.addEventListener("input", () => { film.currentTime = place.value; });
button.addEventListener("click", () => { film.paused ? film.play() : film.pause(); });
const ready = () => { place.max = film.duration; says("ready"); };
film.readyState ? ready() : film.addEventListener("loadedmetadata", ready, { once: true });
root.dataset.script = "ran";
