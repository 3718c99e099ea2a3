/**
 * For uPlot, which formats numbers in the browser's language as soon as it is loaded, and throws where that
 * is no language tag: WebKitGTK in the C locale says "C". Imported before it.
 */
try {
  Intl.getCanonicalLocales(navigator.language);
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en', configurable: true });
}
