//! Two texts of a todo, by their words: where they differ, and both changes in one text. Not here: whose texts they
//! are, and who may see them (`lists`).

use crate::core::todo::{TITLE_MAX, check_title};
use diffy::{ConflictStyle, DiffOptions, Hunk, Line, MergeOptions, Patch};
use std::collections::BTreeSet;
use unicode_segmentation::UnicodeSegmentation;

/// A stretch of two texts, in words and what is between them.
#[derive(Debug, Clone, Default)]
struct Stretch<'t> {
    /// Whether the two are different here. One of them may be empty then.
    differs: bool,
    theirs: Vec<&'t str>,
    mine: Vec<&'t str>,
}

/// Where two texts differ: theirs in pieces, then mine in as many. Alternately they are the same and different; the
/// first are the same, perhaps empty. Together they are the text.
pub fn marks(theirs: &str, mine: &str) -> (Vec<String>, Vec<String>) {
    // Where there is a choice of what to call the same, it does not depend on who asks.
    if theirs > mine {
        let (mine, theirs) = marks(mine, theirs);
        return (theirs, mine);
    }
    let (theirs, mine) = (words(theirs), words(mine));
    // Words only: by their spaces any two texts are much the same.
    let plain = |words: &[&str]| {
        let words = words.iter().map(|word| {
            let mut parts = word.split_word_bounds();
            parts.find(|part| !is_space(part)).unwrap_or_default()
        });
        words.flat_map(line).collect::<String>()
    };
    let (before, after) = (plain(&theirs), plain(&mine));
    let mut options = DiffOptions::new();
    // More than there are: the texts are wanted whole.
    options.set_context_len(TITLE_MAX);
    let patch = options.create_patch(&before, &after);
    let mut all = vec![Stretch::default()];
    match patch.hunks() {
        [] => push(&mut all, alike(theirs, mine)),
        _ => differences(&patch, &theirs, &mine)
            .into_iter()
            .for_each(|stretch| push(&mut all, stretch)),
    }
    let theirs = all.iter().map(|stretch| stretch.theirs.concat());
    let mine = all.iter().map(|stretch| stretch.mine.concat());
    (trimmed(theirs.collect()), trimmed(mine.collect()))
}

/// The words of a text, each with the space after it.
fn words(text: &str) -> Vec<&str> {
    let mut starts = text.split_word_bound_indices();
    let starts = starts
        .by_ref()
        .filter(|(at, word)| *at == 0 || !is_space(word));
    let mut starts: Vec<usize> = starts.map(|(at, _)| at).collect();
    starts.push(text.len());
    starts
        .windows(2)
        .filter_map(|ends| text.get(ends[0]..ends[1]))
        .collect()
}

/// What differs ends with a word: the space after it goes to what follows.
fn trimmed(mut pieces: Vec<String>) -> Vec<String> {
    for place in (1..pieces.len()).step_by(2) {
        let end = pieces[place].trim_end().len();
        if let Some(next) = pieces.get(place + 1)
            && end > 0
        {
            let space = &pieces[place][end..];
            pieces[place + 1] = format!("{space}{next}");
            pieces[place].truncate(end);
        }
    }
    pieces
}

/// What both changed of `was`, in one text. Where both changed the same place differently, it has mine and then theirs:
/// no word that either wrote is lost. What would be no text of a todo (it is too long, or nothing is left) is mine.
pub fn merged(was: Option<&str>, mine: &str, theirs: &str) -> String {
    let Some(was) = was else {
        return mine.to_owned();
    };
    let (was, ours, others) = (lines(was), lines(mine), lines(theirs));
    let mut options = MergeOptions::new();
    options.set_conflict_style(ConflictStyle::Merge);
    let merge = options.merge(&was, &ours, &others);
    let merge = merge.unwrap_or_else(|with_conflicts| with_conflicts);
    let words = smooth(conflicts(&merge)).into_iter().flat_map(both);
    let text = apart(&words.collect::<Vec<_>>());
    check_title(&text).unwrap_or(mine).to_owned()
}

/// Each word on a line, and each of what is between words: diffy compares lines. The space before it keeps a word from
/// looking like one of diffy's conflict markers.
fn lines(text: &str) -> String {
    text.split_word_bounds().flat_map(line).collect()
}

fn line(word: &str) -> [&str; 3] {
    [" ", word, "\n"]
}

/// The word of such a line.
fn word(line: &str) -> &str {
    let line = line.strip_suffix('\n').unwrap_or(line);
    line.strip_prefix(' ').unwrap_or(line)
}

/// A patch's lines, side by side, as the words that they stand for.
fn differences<'t>(
    patch: &Patch<'_, str>,
    theirs: &[&'t str],
    mine: &[&'t str],
) -> Vec<Stretch<'t>> {
    let (mut theirs, mut mine) = (theirs.iter().copied(), mine.iter().copied());
    let lines = patch.hunks().iter().flat_map(Hunk::lines);
    let stretches = lines.map(|line| match line {
        Line::Context(_) => alike(
            theirs.next().into_iter().collect(),
            mine.next().into_iter().collect(),
        ),
        Line::Delete(_) => different(theirs.next().into_iter().collect(), vec![]),
        Line::Insert(_) => different(vec![], mine.next().into_iter().collect()),
    });
    stretches.collect()
}

/// A merge's lines: where it found conflicts, mine and theirs differ.
fn conflicts(merge: &str) -> Vec<Stretch<'_>> {
    #[derive(Clone, Copy)]
    enum Within {
        Both,
        Mine,
        Theirs,
    }
    let (mut all, mut within) = (Vec::new(), Within::Both);
    for line in merge.split_inclusive('\n') {
        let stretch = match (line.as_bytes().first(), within) {
            (Some(b'<'), _) => {
                within = Within::Mine;
                continue;
            }
            (Some(b'='), _) => {
                within = Within::Theirs;
                continue;
            }
            (Some(b'>'), _) => {
                within = Within::Both;
                continue;
            }
            (_, Within::Both) => same(vec![word(line)]),
            (_, Within::Mine) => different(vec![], vec![word(line)]),
            (_, Within::Theirs) => different(vec![word(line)], vec![]),
        };
        push(&mut all, stretch);
    }
    all
}

fn same(words: Vec<&str>) -> Stretch<'_> {
    alike(words.clone(), words)
}

/// The same but for the space between the words.
fn alike<'t>(theirs: Vec<&'t str>, mine: Vec<&'t str>) -> Stretch<'t> {
    Stretch {
        differs: false,
        theirs,
        mine,
    }
}

fn different<'t>(theirs: Vec<&'t str>, mine: Vec<&'t str>) -> Stretch<'t> {
    Stretch {
        differs: true,
        theirs,
        mine,
    }
}

/// Adds a stretch; to the last one, if it is of its kind.
fn push<'t>(all: &mut Vec<Stretch<'t>>, stretch: Stretch<'t>) {
    match all.last_mut() {
        Some(last) if last.differs == stretch.differs => {
            last.theirs.extend(stretch.theirs);
            last.mine.extend(stretch.mine);
        }
        _ => all.push(stretch),
    }
}

/// Takes white space between two differences for a part of them: two words in a row that differ are one mark.
fn smooth(stretches: Vec<Stretch<'_>>) -> Vec<Stretch<'_>> {
    let last = stretches.len().saturating_sub(1);
    let mut all = Vec::new();
    for (place, mut stretch) in stretches.into_iter().enumerate() {
        stretch.differs |= 0 < place && place < last && is_blank(&stretch.mine);
        push(&mut all, stretch);
    }
    all
}

/// What stands where two changes meet: the words once if they are the same, or one has all of the other, else mine and
/// theirs.
fn both(stretch: Stretch<'_>) -> Vec<&str> {
    let Stretch {
        differs,
        theirs,
        mine,
    } = stretch;
    if !differs || is_blank(&theirs) {
        return mine;
    }
    if is_blank(&mine) || has(&theirs, &mine) {
        return theirs;
    }
    if has(&mine, &theirs) {
        return mine;
    }
    let end = mine.iter().rposition(|word| !is_space(word)).unwrap_or(0);
    let start = theirs.iter().position(|word| !is_space(word)).unwrap_or(0);
    [&mine[..=end], &[" "], &theirs[start..]].concat()
}

/// Whether these words stand in the others, in a row. There is at least one.
fn has(words: &[&str], these: &[&str]) -> bool {
    words.windows(these.len()).any(|some| some == these)
}

fn is_blank(words: &[&str]) -> bool {
    words.iter().all(|word| is_space(word))
}

/// Whether it is white space, perhaps with what joins it (a combining character).
fn is_space(word: &str) -> bool {
    word.starts_with(char::is_whitespace)
}

/// The words in a row, with a space where two of different texts would become one.
fn apart(words: &[&str]) -> String {
    let text = words.concat();
    let bounds: BTreeSet<usize> = text.split_word_bound_indices().map(|(at, _)| at).collect();
    let (mut all, mut at) = (String::new(), 0);
    for (place, word) in words.iter().enumerate() {
        let before = place.checked_sub(1).map_or(" ", |before| words[before]);
        if !bounds.contains(&at) && !is_space(before) && !is_space(word) {
            all.push(' ');
        }
        all.push_str(word);
        at += word.len();
    }
    all
}

#[cfg(test)]
mod tests;
