"use strict";
(() => {
  const value = (row, column, text) => {
    const cell = row.cells[column];
    if (text) return cell.dataset.t;
    return cell && cell.dataset.v !== undefined ? Number(cell.dataset.v) : null;
  };
  const sort = (th, direction) => {
    const table = th.closest("table"), column = Number(th.dataset.i), text = th.dataset.sort === "method";
    const body = table.querySelector("tbody.rows"), sign = direction === "asc" ? 1 : -1;
    const rows = Array.from(body.rows, (row) => ({ row, key: value(row, column, text) }));
    rows.sort((a, b) => {
      if (a.key === null || b.key === null) return (a.key === null) - (b.key === null);
      return sign * (text ? a.key.localeCompare(b.key) : a.key - b.key);
    });
    body.append(...rows.map((entry) => entry.row));
    for (const other of table.querySelectorAll("th[aria-sort]")) other.removeAttribute("aria-sort");
    th.setAttribute("aria-sort", direction === "asc" ? "ascending" : "descending");
  };
  const headers = Array.from(document.querySelectorAll("table.sortable th[data-sort]"));
  for (const th of headers) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...th.childNodes);
    th.append(button);
    button.addEventListener("click", () => {
      const best = th.dataset.best, worst = best === "asc" ? "desc" : "asc";
      const sorted = th.getAttribute("aria-sort");
      const direction = sorted && sorted.startsWith(best) ? worst : best;
      sort(th, direction);
      history.replaceState(null, "", "#sort=" + encodeURI(th.dataset.sort) + ":" + direction);
    });
  }
  const follow = () => {
    const match = /^#sort=(.+?)(?::(asc|desc))?$/.exec(location.hash);
    if (!match) return;
    for (const th of headers) if (encodeURI(th.dataset.sort) === match[1]) sort(th, match[2] || th.dataset.best);
  };
  addEventListener("hashchange", follow);
  follow();
})();
