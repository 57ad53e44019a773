// Watches what a page has set off and not done yet: timers that fire soon, frames, changes, transitions. Runs in the page's
// own world before its scripts, since nothing else hears of timers; what the page calls is still the browser's function.
(() => {
  const door = Symbol.for('notte-local');
  if (globalThis[door]) return;
  const SOON = 600;
  const { setTimeout, requestAnimationFrame, MutationObserver, document, Proxy, Reflect, Map, Math, Number } = globalThis;
  const clock = performance.now.bind(performance);
  const due = new Map();
  let asked = false;
  let restless = false;

  const watch = (name, hear) => {
    globalThis[name] = new Proxy(globalThis[name], {
      apply: (real, self, args) => {
        const result = Reflect.apply(real, self, args);
        hear(result, args);
        return result;
      },
    });
  };
  const begun = (id, [, delay]) => {
    const wait = Math.max(0, Number(delay) || 0);
    if (wait > SOON) return;
    if (due.size > 1000) due.clear();
    due.set(id, clock() + wait);
  };
  const ended = (_, [id]) => due.delete(id);
  for (const name of ['setTimeout', 'setInterval']) watch(name, begun);
  for (const name of ['clearTimeout', 'clearInterval']) watch(name, ended);
  watch('requestAnimationFrame', () => (asked = true));

  const later = (delay) => new Promise((done) => setTimeout(done, delay));
  const frame = () => Promise.race([later(50), new Promise((done) => requestAnimationFrame(done))]);
  const moving = (left) =>
    document.getAnimations().some((animation) => {
      const rest = Number(animation.effect?.getComputedTiming().endTime) - Number(animation.currentTime);
      return animation.playState === 'running' && rest > 0 && rest < left;
    });

  // Waits at most so many milliseconds; false when the page is not quiet even then, as one that never rests.
  const quiet = async (limit) => {
    const end = clock() + limit;
    let changed = false, idle = 0, drew = false;
    const observer = new MutationObserver(() => (changed = true));
    observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
    try {
      for (;;) {
        const now = clock();
        const soon = [...due.values()].filter((at) => at < end);
        const draws = asked && !restless;
        if (!soon.length && !draws && !changed && !moving(end - now)) return true;
        // A timer that begins itself anew and changes nothing, as those that only look around, is not waited for.
        if (now >= end || (soon.length && idle > (restless ? 2 : 8) && !draws)) {
          restless = !drew;
          return false;
        }
        changed = asked = false;
        if (soon.length && !draws) await later(Math.max(0, Math.ceil(Math.min(...soon) - now)));
        else await frame();
        // What was due just now has run with the next timer.
        await later(0);
        for (const [id, at] of due) if (at <= clock()) due.delete(id);
        drew ||= changed;
        idle = changed ? 0 : idle + (soon.length ? 1 : 0);
      }
    } finally {
      observer.disconnect();
    }
  };
  Object.defineProperty(globalThis, door, { value: quiet });
})();
