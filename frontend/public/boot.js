/* Runs before the first paint: the theme and the marketplace's face of the last visit, so that nothing flashes. */
(function () {
  var root = document.documentElement;
  function read(key) {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch (unreadable) {
      return null;
    }
  }
  var theme = read("velora.theme");
  var wanted = (theme && theme.state && theme.state.preference) || "system";
  var dark = wanted === "dark" || (wanted === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.classList.toggle("dark", dark);
  var face = read("velora.face");
  if (face && face.variables) {
    Object.keys(face.variables).forEach(function (name) {
      root.style.setProperty(name, face.variables[name]);
    });
    if (!/^\/(seller|finance|admin|platform|marketplaces|dev)(\/|$)/.test(location.pathname)) root.dataset.face = "tenant";
  }
  var language = read("velora.language");
  if (language) {
    root.lang = language;
    root.dir = language === "ar" ? "rtl" : "ltr";
  }
})();
