// Draws each [data-chart] figure from the table beside it, so that every number exists once. Without this file, or
// without the library, the tables remain. A column with data-colour is a series; a cell's data-value is its number.
const UNSET = "–";
const drawn = [];

function colour(name) {
  const probe = document.createElement("i");
  probe.className = `dot dot-${name}`;
  document.body.append(probe);
  const found = getComputedStyle(probe).backgroundColor;
  probe.remove();
  return found;
}

function number(cell, divisor) {
  const text = cell.dataset.value ?? cell.textContent.trim();
  return text === "" || text === UNSET ? null : Number.parseFloat(text) / divisor;
}

function series(figure, table) {
  const rows = [...table.tBodies[0].rows];
  const gaps = rows.some((row) => [...row.cells].some((cell) => cell.dataset.value === ""));
  const divisor = Number(figure.dataset.divisor || 1);
  const isLine = figure.dataset.chart === "line";
  return [...table.tHead.rows[0].cells].flatMap((head, column) => {
    if (!head.dataset.colour) return [];
    const drawnIn = colour(head.dataset.colour);
    return {
      label: head.textContent.trim(),
      data: rows.map((row) => (row.cells[column] ? number(row.cells[column], divisor) : null)),
      backgroundColor: drawnIn,
      borderColor: drawnIn,
      borderWidth: isLine ? 2 : 0,
      borderDash: isLine && head.dataset.dash !== undefined ? [5, 4] : [], // told apart without colour too
      pointRadius: isLine && gaps ? 2.5 : 0, // a day between two without decisions has no line
      pointHitRadius: 12,
      spanGaps: true,
      maxBarThickness: 26,
      categoryPercentage: 0.72,
      barPercentage: 0.96,
    };
  });
}

function axes(figure) {
  const { unit = "", min, max, whole } = figure.dataset;
  const stacked = figure.dataset.stacked !== undefined;
  const grid = colour("line");
  const value = {
    stacked,
    beginAtZero: true,
    grid: { color: grid },
    border: { display: false },
    ticks: { maxTicksLimit: 6, callback: (tick) => `${tick}${unit}` },
  };
  if (whole !== undefined) {
    value.ticks.precision = 0; // counts have no fractions
    value.suggestedMax = 4;
  }
  if (min !== undefined) Object.assign(value, { min: Number(min), max: Number(max) });
  const label = {
    stacked,
    grid: { display: false },
    border: { color: grid },
    ticks: { maxRotation: 0, autoSkipPadding: 12 },
  };
  return figure.dataset.chart === "hbar"
    ? { x: value, y: { ...label, ticks: { autoSkip: false } } }
    : { x: label, y: value };
}

function draw(figure) {
  const table = figure.querySelector("table");
  const canvas = figure.querySelector("canvas");
  const details = figure.querySelector("details");
  canvas.parentElement.hidden = false;
  if (details && !figure.dataset.drawn) details.open = false;
  figure.dataset.drawn = "1";
  const isLying = figure.dataset.chart === "hbar";
  return new window.Chart(canvas, {
    type: figure.dataset.chart === "line" ? "line" : "bar",
    data: {
      labels: [...table.tBodies[0].rows].map((row) => row.cells[0].dataset.label ?? row.cells[0].textContent.trim()),
      datasets: series(figure, table),
    },
    options: {
      animation: false,
      maintainAspectRatio: false,
      indexAxis: isLying ? "y" : "x",
      interaction: { mode: "index", intersect: false, axis: isLying ? "y" : "x" },
      plugins: {
        legend: { display: false },
        tooltip: {
          callbacks: {
            label: ({ dataset, formattedValue }) => `${dataset.label}: ${formattedValue}${figure.dataset.unit ?? ""}`,
          },
        },
      },
      scales: axes(figure),
    },
  });
}

function drawAll() {
  for (const chart of drawn.splice(0)) chart.destroy();
  const style = getComputedStyle(document.body);
  Object.assign(window.Chart.defaults.font, { family: style.fontFamily, size: 11 });
  window.Chart.defaults.color = colour("muted");
  for (const figure of document.querySelectorAll("[data-chart]")) drawn.push(draw(figure));
  document.documentElement.dataset.charts = String(drawn.length);
}

if (window.Chart) {
  document.fonts.ready.then(drawAll);
  new MutationObserver(drawAll).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
}
