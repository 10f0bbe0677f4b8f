// Draws what each canvas carries in data-chart. The table beside it holds the same numbers, so nothing depends on this.
const drawn = [];

function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function draw(canvas) {
  const given = JSON.parse(canvas.dataset.chart);
  const colours = ["--brand", "--warn", "--good", "--bad"].map(token);
  const datasets = given.series.map((one, at) => ({
    label: one.label,
    data: one.data,
    backgroundColor: colours[at],
    borderColor: colours[at],
    // Told apart without colour too.
    borderDash: given.kind === "line" ? [[], [6, 3], [2, 2]][at % 3] : [],
    pointStyle: ["circle", "rect", "triangle"][at % 3],
    pointRadius: 4,
    spanGaps: true,
    maxBarThickness: 38,
  }));
  const axis = {
    ticks: { color: token("--dim") },
    grid: { color: token("--line") },
    stacked: given.kind === "stacked",
  };
  return new window.Chart(canvas, {
    type: given.kind === "line" ? "line" : "bar",
    data: { labels: given.labels, datasets },
    options: {
      animation: false,
      maintainAspectRatio: false,
      plugins: { legend: { display: datasets.length > 1, labels: { color: token("--ink"), usePointStyle: true } } },
      scales: {
        x: axis,
        y: {
          ...axis,
          beginAtZero: true,
          title: { display: Boolean(given.unit), text: given.unit, color: token("--dim") },
        },
      },
    },
  });
}

function drawAll() {
  for (const chart of drawn.splice(0)) chart.destroy();
  for (const canvas of document.querySelectorAll("canvas[data-chart]")) drawn.push(draw(canvas));
  document.documentElement.dataset.charts = String(drawn.length);
}

if (window.Chart) {
  drawAll();
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
}
