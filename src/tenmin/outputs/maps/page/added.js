// For what folium adds to the map: Leaflet's images without files, and the little that its scripts ask of jQuery and others.

L.Icon.Default.imagePath = '';
L.Icon.Default.mergeOptions({
  iconUrl: LEAFLET_IMAGES['marker-icon.png'], iconRetinaUrl: LEAFLET_IMAGES['marker-icon-2x.png'], shadowUrl: LEAFLET_IMAGES['marker-shadow.png'],
});
L.AwesomeMarkers = { icon: () => new L.Icon.Default(), Icon: L.Icon.Default };
window.$ = (what) => (what === document ? { ready: (then) => then() } : new DOMParser().parseFromString(what, 'text/html').body.children);
