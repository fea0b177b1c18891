// The way of a walk: back from a home's access point through the labels of a search to the facility's.

class Route {
  constructor(graph, lines, joints) {
    this.graph = graph;
    this.lines = lines;
    this.joints = joints;
  }

  // The points of the walk from a home's access point to the facility's, in this order; null without a walk.
  trace(search, best, home) {
    const { graph, lines, joints } = this;
    const point = best.point[home];
    if (point < 0) return null;
    const { edge: edges, share: shares } = graph.network.homes;
    const [edge, share, via] = [edges[point], shares[point], best.via[home]];
    if (via <= -2) return lines.part(edge, share, joints.share[-2 - via]);
    const held = via >= 2 ? graph.points.get(edge)[via - 2] : null;
    const points = lines.part(edge, share, held ? held.share : via);
    let node = held ? held.node : (via ? graph.v : graph.u)[edge];
    while (search.came[node] >= 0) {
      const arc = search.came[node];
      points.push(...this.back(arc));
      node = graph.from[arc];
    }
    const seed = -2 - search.came[node];
    const start = search.seeds.point[seed];
    points.push(...lines.part(joints.edge[start], search.seeds.share[seed], joints.share[start]));
    return points;
  }

  // An arc against its direction; a link is a straight line between its two ends.
  back(arc) {
    const { graph, lines } = this;
    if (graph.edge[arc] >= 0) return lines.part(graph.edge[arc], graph.end[arc], graph.begin[arc]);
    return [graph.to[arc], graph.from[arc]].map((node) => {
      const { edge, share } = graph.standing.get(node);
      return lines.at(edge, share);
    });
  }
}

// The whole walk of a home as a path: leg, streets, leg; null where the page carries no network, or there is no walk.
function walkPath({ town, places, facilities }, category, home) {
  const along = town && town.route(category, home);
  if (!along) return null;
  const facility = town.facilityOf(category, home);
  const added = town.plan.added[facility - town.drawn];
  const to = added ? added.spot : facilities.points[facility];
  const path = new Path2D();
  const [x, y] = places.shapes.middle(home);
  path.moveTo(x, y);
  for (const point of to ? [...along, to] : along) path.lineTo(point[0], point[1]);
  return path;
}
