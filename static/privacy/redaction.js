// Mark an area on an image by dragging. The four fields hold it in percent of the stored image, whatever the rotation.
const stage = document.querySelector("#mark-stage");
const SIDES = ["left", "top", "right", "bottom"];
const SMALLEST_DRAG = 4; // pixels of the screen: less is a click

function start() {
  const turned = stage.querySelector("#mark-turn");
  const area = stage.querySelector("#mark-area");
  const told = document.querySelector("#mark-told");
  const form = told.closest("form");
  const fields = SIDES.map((side) => form.elements[side]);
  const [width, height] = [Number(stage.dataset.width), Number(stage.dataset.height)];
  let [angle, zoom] = [0, 1];

  const sides = () => {
    if (fields.some((field) => field.value === "")) return null;
    const [left, top, right, bottom] = fields.map((field) => Number(field.value));
    return left >= 0 && top >= 0 && right <= 100 && bottom <= 100 && left < right && top < bottom
      ? { left, top, right, bottom }
      : null;
  };

  function draw() {
    const now = sides();
    const box = now ?? { left: 0, top: 0, right: 0, bottom: 0 };
    area.setAttribute("x", (box.left / 100) * width);
    area.setAttribute("y", (box.top / 100) * height);
    area.setAttribute("width", ((box.right - box.left) / 100) * width);
    area.setAttribute("height", ((box.bottom - box.top) / 100) * height);
    const words = { WIDTH: (box.right - box.left).toFixed(1), HEIGHT: (box.bottom - box.top).toFixed(1) };
    told.textContent = now ? told.dataset.covers.replace(/WIDTH|HEIGHT/g, (name) => words[name]) : told.dataset.none;
  }

  // The part of the turned image that the stage shows; zoomed in, around the marked area.
  function show() {
    const [wide, tall] = angle % 180 ? [height, width] : [width, height];
    const matrix = new DOMMatrix()
      .translate(wide / 2, tall / 2)
      .rotate(angle)
      .translate(-width / 2, -height / 2);
    const { a, b, c, d, e, f } = matrix;
    turned.setAttribute("transform", `matrix(${[a, b, c, d, e, f].join(" ")})`);
    const box = sides() ?? { left: 0, top: 0, right: 100, bottom: 100 };
    const middle = new DOMPoint(
      ((box.left + box.right) / 200) * width,
      ((box.top + box.bottom) / 200) * height,
    ).matrixTransform(matrix);
    const within = (at, size, whole) => Math.max(0, Math.min(whole - size, at - size / 2));
    const [w, h] = [wide / zoom, tall / zoom];
    stage.setAttribute("viewBox", [within(middle.x, w, wide), within(middle.y, h, tall), w, h].join(" "));
  }

  const point = (event) => {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(turned.getScreenCTM().inverse());
    const share = (value, size) => Math.max(0, Math.min(100, (value / size) * 100));
    return { x: share(at.x, width), y: share(at.y, height) };
  };

  // Rounded outwards, so that the area never loses a pixel.
  function mark(one, other) {
    const low = (a, b) => Math.floor(Math.min(a, b) * 100) / 100;
    const high = (a, b) => Math.ceil(Math.max(a, b) * 100) / 100;
    const found = [low(one.x, other.x), low(one.y, other.y), high(one.x, other.x), high(one.y, other.y)];
    found.forEach((value, at) => {
      fields[at].value = Math.min(100, value).toFixed(2);
    });
    draw();
  }

  stage.addEventListener("pointerdown", (down) => {
    if (down.button !== 0 || !down.isPrimary) return;
    down.preventDefault();
    const before = fields.map((field) => field.value);
    const from = point(down);
    let isDrag = false;
    stage.setPointerCapture(down.pointerId);
    const move = (event) => {
      if (!event.isPrimary) return;
      isDrag ||= Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) >= SMALLEST_DRAG;
      stage.classList.toggle("is-dragging", isDrag);
      if (isDrag) mark(from, point(event));
    };
    const end = (event) => {
      if (!event.isPrimary) return;
      stage.classList.remove("is-dragging");
      stage.removeEventListener("pointermove", move);
      stage.removeEventListener("pointerup", end);
      stage.removeEventListener("pointercancel", end);
      if (event.type !== "pointercancel") return;
      before.forEach((value, at) => {
        fields[at].value = value;
      });
      draw();
    };
    stage.addEventListener("pointermove", move);
    stage.addEventListener("pointerup", end);
    stage.addEventListener("pointercancel", end);
  });

  const tools = {
    turn: () => {
      angle = (angle + 90) % 360;
    },
    back: () => {
      angle = (angle + 270) % 360;
    },
    in: () => {
      zoom = Math.min(6, zoom * 1.5);
    },
    out: () => {
      zoom = Math.max(1, zoom / 1.5);
    },
    clear: () => {
      for (const field of fields) field.value = "";
      draw();
    },
  };
  for (const button of document.querySelectorAll("[data-mark]"))
    button.addEventListener("click", () => {
      tools[button.dataset.mark]();
      show();
    });
  document.querySelector(".mark-tools").hidden = false;
  for (const field of fields) field.addEventListener("input", draw);
  draw();
  show();
}

if (stage) start();
