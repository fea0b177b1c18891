// Actions on an open review map, each timed from the input to the last paint that follows from it.

const marks = {
  wait: (time) => new Promise((then) => setTimeout(then, time)),
  frame: () => new Promise((then) => requestAnimationFrame(then)),

  async painted() {
    await marks.frame();
    await marks.frame();
    await marks.wait(0);
  },

  // The milliseconds of each of some actions, with a rest after each.
  async series(count, rest, act, settled = marks.painted) {
    const times = [];
    for (let i = 0; i < count; i += 1) {
      const begin = performance.now();
      act(i);
      await settled();
      times.push(performance.now() - begin);
      await marks.wait(rest);
    }
    return times;
  },

  nothing: (count, rest) => marks.series(count, rest, () => {}),

  service(count, rest) {
    const rows = document.querySelectorAll('#panel .service input');
    return marks.series(count, rest, (i) => rows[(7 * i + 1) % rows.length].click());
  },

  layer(count, rest) {
    const boxes = document.querySelectorAll('#legend .layers input');
    return marks.series(count, rest, (i) => boxes[(i >> 1) % boxes.length].click());
  },

  pan: (count, rest) => marks.series(count, rest, (i) => map_tenmin.panBy([i % 4 < 2 ? 120 : -120, i % 2 ? 70 : -70], { animate: false })),

  zoom(count, rest) {
    const zoom = map_tenmin.getZoom();
    return marks.series(count, rest, (i) => map_tenmin.setZoom(zoom + [1, 2, 3, 2][i % 4], { animate: false }));
  },

  // Adds a facility of the second service in the list and carries it about by pointer events.
  async drag(count, rest) {
    const box = map_tenmin.getContainer();
    const { left, top, width, height } = box.getBoundingClientRect();
    let [x, y, seed] = [left + width / 2, top + height / 2, 7];
    const step = () => { seed = (seed * 16807) % 2147483647; return (seed / 2147483647 - 0.5) * 160; };
    const send = (name, to) => to.dispatchEvent(new PointerEvent(name, { clientX: x, clientY: y, bubbles: true }));
    document.querySelectorAll('#panel .service input')[2].click();
    document.getElementById('what-if').open = true;
    document.getElementById('what-if-add').click();
    await marks.wait(4 * rest);
    send('pointerdown', box);
    const times = await marks.series(count, rest, () => {
      [x, y] = [x + step(), y + step()];
      send('pointermove', window);
    });
    send('pointerup', window);
    return times;
  },

  // Opens or shuts gates, after which every walk to every service is searched, until the sums of all of them are told.
  async gates(count, rest) {
    document.getElementById('what-if').open = true;
    map_tenmin.panBy([1, 1], { animate: false });
    await marks.wait(4 * rest);
    const told = async () => {
      await marks.frame();
      while (!document.querySelector('#what-if .told .basket')) await marks.wait(1);
      await marks.painted();
    };
    const boxes = document.querySelectorAll('#what-if .gate-list input');
    return marks.series(Math.min(count, boxes.length), rest, (i) => boxes[i].click(), told);
  },
};
