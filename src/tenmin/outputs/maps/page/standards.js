// What the standards say of a community: its grade, how many clauses pass, and those that fail or cannot be told.

const VERDICT_WORDS = ['verdict_pass', 'verdict_fail', 'verdict_unknown'];

function standardParts({ content, words }, area) {
  const held = (content.standards ?? []).map((standard) => ({ standard, found: standard.areas[area] })).filter(({ found }) => found);
  return held.flatMap(({ standard, found }) => {
    const [passed, failed, unknown] = found.counts.map((number) => words.whole.format(number));
    return [
      make('h3', {}, outside(standard.title[words.lang])),
      factList([[words.say('grade'), found.grade[words.lang]], [words.say('clauses'), words.say('clause_counts', { passed, failed, unknown })]]),
      make('ul', { className: 'clauses' }, ...found.open.map((row) => openClause(words, standard, row))),
    ];
  });
}

function openClause(words, standard, [number, verdict, value, shortfall, reason]) {
  const clause = standard.clauses[number];
  const figure = (amount) => words.say(`unit_${clause.unit}`, { number: (Number.isInteger(amount) ? words.whole : words.fine).format(amount) });
  const there = value === null || clause.unit === 'yes' ? '' : words.say('clause_value', { value: figure(value) });
  const lacks = shortfall && clause.unit !== 'yes' ? words.say('clause_lacks', { lacks: figure(shortfall) }) : '';
  const why = standard.reasons[reason][words.lang];
  return make('li', { className: verdict === 1 ? 'unserved' : 'unknown' },
    make('strong', {}, outside(clause.name[words.lang])), make('span', { textContent: words.say(VERDICT_WORDS[verdict]) }),
    make('p', { className: 'where' }, outside([clause.asked[words.lang], there, lacks, why].filter(Boolean).join(words.say('clause_and')))));
}
