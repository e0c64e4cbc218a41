/** Where every page is put; index.html brings it along. */
export function pagePlace(): HTMLElement {
  const place = document.getElementById('page');
  if (!place) throw new Error('index.html has no element with the id "page".');
  return place;
}
