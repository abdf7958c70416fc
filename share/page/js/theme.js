// Runs before anything is painted, so that a chosen theme does not flash.
(() => {
  try {
    const theme = localStorage.getItem('alertd.theme');
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  } catch { /* storage is switched off: the system's choice counts */ }
})();
