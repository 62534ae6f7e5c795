// Draws the charts of the page, and ties its controls to them. No part of it depends on what a
// chart shows: specifications, controls and data come from the program (element #data).
"use strict";
(() => {
  const el = (name, attributes = {}, ...children) => {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.append(...children);
    return node;
  };

  const rowsOf = ({ columns, rows }) =>
    rows.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i]])));

  // Text and lines take the colour of the page, so that they follow light and dark; an image that
  // is saved has no page, and they are black.
  const ink = "currentColor";
  const config = {
    background: null,
    font: "system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif",
    view: { stroke: null },
    axis: { labelColor: ink, titleColor: ink, domainColor: ink, tickColor: ink, gridColor: ink,
            gridOpacity: 0.13, labelFontSize: 11, titleFontSize: 12, titleFontWeight: 500,
            titlePadding: 8 },
    axisX: { grid: false },
    legend: { orient: "top", labelColor: ink, titleColor: ink, labelFontSize: 11.5,
              titleFontSize: 12, titleFontWeight: 500, titleOrient: "left", columns: 8, symbolLimit: 40,
              labelLimit: 260 },
    range: { category: ["#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7", "#999999",
                        "#F0E442"] },
    text: { color: ink, fontSize: 11 },
    line: { color: ink },
    title: { color: ink, fontSize: 12, anchor: "start", offset: 6 },
    header: { labelColor: ink, titleColor: ink },
    bar: { discreteBandSize: { band: 0.86 } },
    scale: { barBandPaddingInner: 0.18, rectBandPaddingInner: 0.05, bandWithNestedOffsetPaddingInner: 0.22 },
  };

  // Lines between the powers of ten step back.
  const logarithmicGrid = {
    condition: { test: "abs(log(datum.value) / LN10 - round(log(datum.value) / LN10)) > 1e-6",
                 value: 0.35 },  // times that of the axis
    value: 1,
  };

  const legendColumns = { wide: 8, narrow: 4, third: 2 };
  const configFor = (size) =>
    ({ ...config, legend: { ...config.legend, columns: legendColumns[size] } });

  const channelsOf = (spec, channel) =>
    [spec, ...(spec.layer ?? []), spec.spec].map((part) => part?.encoding?.[channel]).filter(Boolean);

  const itemsOf = (node) => (node.marktype && node.marktype !== "group"
    ? (node.role === "mark" ? node.items : []) : (node.items ?? []).flatMap(itemsOf));

  class Chart {
    constructor(section, chart) {
      Object.assign(this, chart, { section });
      this.figure = document.getElementById(`s${section.index}-${chart.id}`);
      this.plot = this.figure.querySelector(".plot");
      this.logarithmic = Object.fromEntries(chart.log.map((channel) =>
        [channel, channelsOf(chart.spec, channel).some((c) => c.scale?.type === "log")]));
      this.addTools();
      if (this.layers) this.addKeys();
    }

    // Left and right, home and end select a layer; the line under the chart says its numbers.
    addKeys() {
      this.reading = el("p", { class: "reading", "aria-live": "polite" });
      this.plot.after(this.reading);
      this.plot.tabIndex = 0;
      this.plot.setAttribute("role", "group");
      this.plot.setAttribute("aria-label",
        `${this.title}. Left and right arrows select a layer, Escape all layers.`);
      this.plot.addEventListener("keydown", (event) => {
        const { layers, layer } = this.section;
        const at = layers.indexOf(layer), last = layers.length - 1;
        const next = { ArrowRight: Math.min(at + 1, last), ArrowLeft: at < 0 ? last : Math.max(at - 1, 0),
                       Home: 0, End: last, Escape: -1 }[event.key];
        if (next === undefined) return;
        event.preventDefault();
        this.section.select(layers[next] ?? "");
        this.read();
      });
      this.plot.addEventListener("blur", () => { this.reading.textContent = ""; });
    }

    // What the pointer would show of the selected layer's marks, where they are few.
    read() {
      const { layer } = this.section, kMost = 24;
      const tips = channelsOf(this.spec, "tooltip").find(Array.isArray) ?? [];
      const format = vega.defaultLocale().format;
      const shown = (datum) => tips.filter((tip) => tip.field !== "layer" && datum[tip.field] != null)
        .map((tip) => (tip.format ? `${tip.title} ${format(tip.format)(datum[tip.field])}` : datum[tip.field]))
        .join(", ");
      const marks = itemsOf(this.view.scenegraph().root).map((item) => item.datum)
        .filter((datum) => layer !== "" && datum?.layer === layer);
      const text = marks.length > kMost ? `${marks.length} marks` : marks.map(shown).join("; ");
      this.reading.textContent = layer === "" ? "all layers" : `${layer}: ${text}`;
    }

    addTools() {
      const tools = this.figure.querySelector(".tools");
      for (const channel of this.log) {
        const box = el("input", { type: "checkbox", "data-log": channel });
        box.checked = this.logarithmic[channel];
        box.addEventListener("change", () => {
          this.logarithmic[channel] = box.checked;
          this.draw();
        });
        tools.append(el("label", {}, box, ` log ${channel}`));
      }
      for (const kind of ["SVG", "PNG", "CSV"]) {
        const button = el("button", { type: "button", "aria-label": `Save ${this.title} as ${kind}` },
                          kind);
        button.addEventListener("click", () => this.save(kind));
        tools.append(button);
      }
    }

    // The specification with the choices made on the page.
    chosenSpec() {
      const spec = structuredClone(this.spec);
      spec.description = this.title;
      for (const [key, channel] of Object.entries(this.fields)) {
        const option = this.section.chosen(key);
        for (const part of channelsOf(spec, channel)) {
          if (part.field === undefined) continue;
          part.field = option.value;
          part.title = option.title;
          if (part.axis && option.format) part.axis.format = option.format;
          if (channel === "color") {  // many values of a number are shades
            part.type = option.format ? "quantitative" : "nominal";
            part.scale = option.format ? { ...part.scale, scheme: "viridis" } : {};
          }
        }
        this.showUnderPointer(spec, option);
      }
      for (const part of spec.layer ?? [])  // the median has no field of its own
        if (part.encoding?.y?.aggregate && !part.encoding.y.field) Object.assign(part.encoding.y, {
          field: spec.encoding.y.field, type: "quantitative", title: spec.encoding.y.title });
      for (const channel of this.log)
        for (const part of channelsOf(spec, channel))
          part.scale = this.scaleOf(spec, channel, part);
      for (const channel of ["x", "y"])
        for (const part of channelsOf(spec, channel))
          if (part.axis && part.scale?.type === "log") part.axis.gridOpacity = logarithmicGrid;
      const parameter = (name, value) => {
        for (const one of spec.params ?? []) if (one.name === name) one.value = value;
      };
      parameter("selected_layer", this.section.layer);
      for (const control of this.section.controls) parameter(control.key, control.selected);
      spec.datasets = Object.fromEntries(this.datasetNames(spec).map((name) => [name, this.rows(name)]));
      return spec;
    }

    scaleOf(spec, channel, part) {
      const scale = { ...part.scale, type: this.scaleType(channel, part),
                      ...this.barDomain(spec, channel, part) };
      if (scale.type !== "linear") delete scale.zero;
      return scale;
    }

    // A logarithm has no place for 0; bars begin under the least instead.
    scaleType(channel, { field }) {
      if (!this.logarithmic[channel]) return "linear";
      const bars = this.spec.mark?.type === "bar";
      return bars || this.rows(this.dataset).every((row) => row[field] == null || row[field] > 0)
        ? "log" : "symlog";
    }

    // Bars begin at 0, which logarithms lack: there they begin under the least.
    barDomain(spec, channel, part) {
      if (spec.mark?.type !== "bar" || !this.logarithmic[channel]) return {};
      const least = Math.min(
        ...this.rows(this.dataset).map((row) => row[part.field]).filter((value) => value > 0));
      const base = Math.max(10 ** Math.floor(Math.log10(least * 0.999)), least / 3);
      spec.encoding[`${channel}2`] = { datum: base };
      spec.mark.orient = "vertical";
      part.stack = null;
      return { domainMin: base };
    }

    showUnderPointer(spec, option) {
      for (const tips of channelsOf(spec, "tooltip"))
        if (Array.isArray(tips) && !tips.some((tip) => tip.field === option.value))
          tips.push({ field: option.value, title: option.title,
                      ...(option.format ? { type: "quantitative", format: ",.5~g" } : { type: "nominal" }) });
    }

    datasetNames(spec) {
      const namesOf = (part) =>
        [part.data?.name, ...(part.transform ?? []).map((transform) => transform.from?.data?.name)];
      return [...new Set([spec, ...(spec.layer ?? [])].flatMap(namesOf).filter(Boolean))];
    }

    rows(name) {
      return name === "front" && this.front ? this.frontRows() : this.section.rows(name);
    }

    // Points of a network that no other beats in both metrics.
    frontRows() {
      const [x, y] = ["x", "y"].map((key) => this.section.chosen(key));
      const cost = (row, option) => (option.large ? -row[option.value] : row[option.value]);
      const front = [];
      for (const rows of Map.groupBy(this.section.rows(this.dataset), (row) => row.network).values()) {
        const sorted = rows.filter((row) => row[x.value] !== null && row[y.value] !== null)
          .sort((a, b) => cost(a, x) - cost(b, x) || cost(a, y) - cost(b, y));
        let best = Infinity, at = NaN;
        for (const row of sorted) {
          const [here, value] = [cost(row, x), cost(row, y)];
          if (value > best || (value === best && here !== at)) continue;
          [best, at] = [value, here];
          front.push({ ...row, front_order: front.length });
        }
      }
      return front;
    }

    async draw() {
      const { view } = await vegaEmbed(this.plot, this.chosenSpec(), {
        mode: "vega-lite", renderer: "svg", actions: false, config: configFor(this.size),
        tooltip: { theme: "scnn", sanitize: (value) =>
          String(value).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`) },
      });
      this.view?.finalize();
      this.view = view;
      if (this.layers)
        view.addEventListener("click", (event, item) => {
          const layer = item?.datum?.layer;
          if (this.section.layers.includes(layer))
            this.section.select(layer === this.section.layer ? "" : layer);
        });
      this.figure.dataset.drawn = "true";
    }

    async save(kind) {
      const name = `scnn-${this.section.index}-${this.id}.${kind.toLowerCase()}`;
      const give = (url) => el("a", { href: url, download: name }).click();
      if (kind === "CSV") {
        const { columns, rows } = this.section.datasets[this.dataset];
        const quoted = (cell) => /[",\n]/.test(cell ?? "") ? `"${String(cell).replaceAll('"', '""')}"` : cell ?? "";
        const text = [columns, ...rows].map((row) => row.map(quoted).join(",")).join("\r\n") + "\r\n";
        give(URL.createObjectURL(new Blob([text], { type: "text/csv" })));
      } else if (kind === "SVG") {
        const text = (await this.view.toSVG()).replaceAll("currentColor", "#000").replaceAll('stroke="Canvas"', 'stroke="#fff"');
        give(URL.createObjectURL(new Blob([text], { type: "image/svg+xml" })));
      } else {
        give((await this.paperCanvas()).toDataURL("image/png"));
      }
    }

    // On white, at three times the size: images on paper have no theme.
    async paperCanvas() {
      const drawn = await this.view.toCanvas(3);
      const paper = el("canvas");
      [paper.width, paper.height] = [drawn.width, drawn.height];
      const context = paper.getContext("2d");
      context.fillStyle = "#fff";
      context.fillRect(0, 0, paper.width, paper.height);
      context.drawImage(drawn, 0, 0);
      return paper;
    }
  }

  class Section {
    constructor(index, data) {
      Object.assign(this, data, { index, layer: "", cache: {} });
      this.node = document.getElementById(`s${index}`);
      this.addControls();
      this.charts = data.charts.map((chart) => new Chart(this, chart));
      for (const button of this.node.querySelectorAll("table.layers button"))
        button.addEventListener("click", () => {
          const layer = button.closest("tr").dataset.layer;
          this.select(layer === this.layer ? "" : layer);
        });
      this.showRows();
    }

    rows(name) {
      return (this.cache[name] ??= rowsOf(this.datasets[name]));
    }

    control(key) {
      return this.controls.find((control) => control.key === key);
    }

    chosen(key) {
      const control = this.control(key);
      return control.options.find((option) => option.value === control.selected);
    }

    addControls() {
      const bar = this.node.querySelector(".controls");
      const add = (key, label, options, selected, changed) => {
        const select = el("select", { "data-key": key });
        for (const option of options) select.append(el("option", { value: option.value }, option.title));
        select.value = selected;
        select.addEventListener("change", () => changed(select.value));
        bar.append(el("label", {}, `${label} `, select));
      };
      if (this.layers.length > 0)
        add("layer", "Layer", [{ value: "", title: "all" },
            ...this.layers.map((layer) => ({ value: layer, title: layer }))], "",
            (layer) => this.select(layer));
      for (const control of this.controls)
        add(control.key, control.label, control.options, control.selected, (value) => {
          control.selected = value;
          this.showRows();
          for (const chart of this.charts)
            if (chart.fields[control.key]) chart.draw();
            else chart.setSignal(control.key, value);
        });
      if (bar.children.length === 0) bar.remove();
    }

    // Marks of other layers step back, in every chart; the table shows the row.
    select(layer) {
      this.layer = layer;
      const list = this.node.querySelector('select[data-key="layer"]');
      if (list) list.value = layer;
      for (const chart of this.charts) chart.setSignal("selected_layer", layer);
      for (const row of this.node.querySelectorAll("table.layers tr[data-layer]")) {
        const chosen = layer !== "" && row.dataset.layer === layer;
        row.classList.toggle("selected", chosen);
        row.querySelector("button")?.setAttribute("aria-pressed", chosen);
      }
    }

    // The rows of the granularity that the charts show.
    showRows() {
      const granularity = this.control("granularity")?.selected;
      if (granularity === undefined) return;
      for (const row of this.node.querySelectorAll("table.layers tr[data-granularity]"))
        row.hidden = row.dataset.granularity !== granularity;
    }
  }

  Chart.prototype.setSignal = function (name, value) {
    if (this.spec.params?.some((parameter) => parameter.name === name))
      this.view?.signal(name, value).runAsync();
  };

  const sections = JSON.parse(document.getElementById("data").textContent)
    .map((data, index) => new Section(index, data));
  const charts = sections.flatMap((section) => section.charts);
  const drawAll = async () => {
    for (const chart of charts) await chart.draw();
    document.documentElement.dataset.ready = "true";
  };
  window.scnnReport = { sections, ready: drawAll() };
})();
