const title = document.title;
let unread = 0;

/** Counts in the tab's title what comes while nobody looks. */
export function countUnread(): void {
  if (!document.hidden) return;
  unread += 1;
  document.title = `(${unread}) ${title}`;
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  unread = 0;
  document.title = title;
});
