//! Examples, and what holds for all texts.

use super::*;
use proptest::{collection::vec, prelude::*, sample::select};
use std::fmt::Write;

/// Both texts with what differs in brackets: theirs, then mine.
fn shown(theirs: &str, mine: &str) -> [String; 2] {
    let (theirs, mine) = marks(theirs, mine);
    [theirs, mine].map(|pieces| {
        let mut shown = String::new();
        for (place, piece) in pieces.iter().enumerate() {
            match place % 2 {
                0 => shown.push_str(piece),
                _ => write!(shown, "[{piece}]").unwrap(),
            }
        }
        shown
    })
}

#[track_caller]
fn shows(theirs: &str, mine: &str) {
    let plain = |text: &str| text.replace(['[', ']'], "");
    assert_eq!(shown(&plain(theirs), &plain(mine)), [theirs, mine]);
}

#[test]
fn differences_are_marked_by_words() {
    shows("rice [milk]", "rice [cake]");
    shows("[rice] milk", "[oat] milk");
    shows("milk[, 2 l]", "milk[]");
    shows("[]milk", "[oat] milk");
    // By their spaces any two texts are much the same.
    shows(
        "[three loaves of] bread[]",
        "[fresh] bread [from the market]",
    );
    shows("buy [rice] milk [today]", "buy [oat] milk [tomorrow]");
}

#[test]
fn two_words_in_a_row_are_one_mark() {
    shows("[red apple]", "[green pear]");
    shows("a [red apple] a day", "a [green pear] a day");
}

#[test]
fn a_text_that_is_the_same_or_altogether_another_is_one_piece() {
    shows("oat milk", "oat milk");
    shows("[bread]", "[milk]");
    assert_eq!(marks("a", "a"), (vec!["a".into()], vec!["a".into()]));
    let (theirs, mine) = marks("a", "b");
    assert_eq!(
        (theirs, mine),
        (vec!["".into(), "a".into()], vec!["".into(), "b".into()])
    );
}

#[test]
fn words_are_words_in_every_script() {
    // Chinese has no spaces: a character is a word.
    shows("买[牛]奶", "买[羊]奶");
    // A family, one of skin tones and one of flags: what looks like one character is never cut.
    shows("[👩‍👩‍👧] milk", "[👩‍👩‍👦] milk");
    shows("go [👍🏽]", "go [👍🏿]");
    shows("[🇩🇪] beer", "[🇧🇪] beer");
    // From right to left, with vowel points, and among what runs from left to right.
    shows("לקנות [חָלָב] מחר", "לקנות [לֶחֶם] מחר");
    shows("شراء [حليب] 2 l", "شراء [خبز] 2 l");
    shows("e\u{301}te [vert]", "e\u{301}te [bleu]");
}

#[track_caller]
fn merges(was: &str, mine: &str, theirs: &str, expected: &str) {
    assert_eq!(merged(Some(was), mine, theirs), expected);
}

#[test]
fn changes_of_different_places_go_together() {
    merges(
        "buy milk",
        "buy oat milk",
        "buy milk today",
        "buy oat milk today",
    );
    merges("red apple", "green apple", "red pear", "green pear");
    merges("a b c", "a c", "a b c d", "a c d");
    merges(
        "oat milk, 1 l",
        "oat milk, 2 l",
        "rice milk, 1 l",
        "rice milk, 2 l",
    );
    merges("买牛奶", "买羊奶", "去买牛奶", "去买羊奶");
    merges(
        "לקנות חלב",
        "לקנות חלב מחר",
        "לא לקנות חלב",
        "לא לקנות חלב מחר",
    );
    merges("👍🏽 milk 🇩🇪", "👍🏿 milk 🇩🇪", "👍🏽 milk 🇧🇪", "👍🏿 milk 🇧🇪");
}

#[test]
fn where_both_changed_the_same_place_both_texts_stand() {
    merges("milk", "oat milk", "rice milk", "oat rice milk");
    merges(
        "red apple",
        "green pear",
        "blue plum",
        "green pear blue plum",
    );
    merges(
        "call Bob",
        "call Bob today",
        "call Bob Smith",
        "call Bob today Smith",
    );
    merges("买牛奶", "买羊奶", "买豆奶", "买羊 豆奶");
    merges("👩‍👩‍👧", "👩‍👩‍👦", "👨‍👩‍👧", "👩‍👩‍👦 👨‍👩‍👧");
}

#[test]
fn what_both_wrote_stands_once() {
    merges("milk", "oat milk", "oat milk today", "oat milk today");
    merges("bread", "oat milk", "oat milk today", "oat milk today");
    merges("bread", "oat milk today", "oat milk", "oat milk today");
}

#[test]
fn without_what_it_was_mine_is_all_there_is() {
    assert_eq!(merged(None, "oat milk", "rice milk"), "oat milk");
}

#[test]
fn what_would_be_no_text_of_a_todo_is_mine() {
    let (mine, theirs) = ("m ".repeat(200), "t ".repeat(200));
    merges("milk", mine.trim(), theirs.trim(), mine.trim());
    // Each deleted what the other kept.
    assert_ne!(merged(Some("a b"), "a", "b"), "");
}

#[test]
fn no_word_looks_like_a_mark_of_a_conflict() {
    merges(
        "a",
        "<<<<<<< ours",
        ">>>>>>> theirs",
        "<<<<<<< ours >>>>>>> theirs",
    );
    merges("a =======", "b =======", "a ======= c", "b ======= c");
}

#[test]
fn two_words_of_different_texts_do_not_become_one() {
    merges("'", "'n", "rock'", "rock ' n");
    merges("x . y", "x y", "x .y", "x .y");
}

#[test]
fn between_both_texts_stands_one_space_also_where_one_of_them_has_two_elsewhere() {
    merges("milk", "oat milk  now", "rice milk", "oat rice milk  now");
    merges(
        "now call Bob",
        "now call Bob at 8",
        "now  call Bob Smith",
        "now  call Bob at 8 Smith",
    );
}

#[test]
fn texts_of_500_words_that_have_nothing_in_common_are_compared_at_once() {
    let text = |first: u32| {
        let chars = (first..).filter_map(char::from_u32).take(500);
        chars.collect::<String>()
    };
    // Chinese characters: 500 words each.
    let [was, mine, theirs] = [0x4e00, 0x5000, 0x5200].map(text);
    for text in [&was, &mine, &theirs] {
        assert_eq!(text.split_word_bounds().count(), 500);
    }
    shows(&format!("[{theirs}]"), &format!("[{mine}]"));
    merges(&was, &mine, &theirs, &mine);
}

/// So few that texts have some in common.
const FEW: &str = "a|b|milk|oat| | | |  |-";
/// What is hard to cut.
const MANY: &str = "a|b|milk| | |  |\u{a0}|\u{3000}|-|.|'|,|1|_|\"|\u{301}|\u{200d}|\u{200f}|买|牛|カ|ひ|한|ก|ำ|חלב|👍|🏽|\
    👩\u{200d}👧|🇩|🇪|<<<<<<<|=======|>>>>>>>";

/// Of such words, or of any characters.
fn text() -> impl Strategy<Value = String> {
    let these = |words: &'static str| select(words.split('|').collect::<Vec<_>>());
    let few = vec(these(FEW), 1..12);
    let many = vec(these(MANY), 1..16);
    let any = vec(any::<char>(), 1..12);
    let texts = prop_oneof![
        3 => few.prop_map(|words| words.concat()),
        3 => many.prop_map(|words| words.concat()),
        1 => any.prop_map(String::from_iter),
    ];
    texts.prop_filter_map("no text of a todo", |text| {
        check_title(&text).ok().map(str::to_owned)
    })
}

/// A text and two that were made from it, or that have nothing to do with it.
fn texts() -> impl Strategy<Value = (String, String, String)> {
    let edits = || {
        vec(
            (
                any::<prop::sample::Index>(),
                0..3_usize,
                proptest::option::of(text()),
            ),
            0..3,
        )
    };
    let edited =
        (text(), edits(), edits()).prop_filter_map("no text of a todo", |(was, mine, theirs)| {
            let edit = |edits: &[(prop::sample::Index, usize, Option<String>)]| {
                let mut words: Vec<&str> = was.split_word_bounds().collect();
                for (place, away, new) in edits {
                    let from = place.index(words.len() + 1);
                    let to = (from + away).min(words.len());
                    words.splice(from..to, new.iter().map(String::as_str));
                }
                check_title(&words.concat()).ok().map(str::to_owned)
            };
            Some((was.clone(), edit(&mine)?, edit(&theirs)?))
        });
    prop_oneof![3 => edited, 1 => (text(), text(), text())]
}

/// A combining character at the start of a text joins the space that comes before it.
fn words(text: &str) -> BTreeSet<&str> {
    let words = text.split_word_bounds().map(str::trim);
    words
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pieces_are_the_whole_text_alternately_the_same_and_different((_, mine, theirs) in texts()) {
        let (in_theirs, in_mine) = marks(&theirs, &mine);
        prop_assert_eq!(in_theirs.concat(), &*theirs);
        prop_assert_eq!(in_mine.concat(), &*mine);
        prop_assert_eq!(in_theirs.len(), in_mine.len());
        for (place, (theirs, mine)) in in_theirs.iter().zip(&in_mine).enumerate() {
            let plain = |text: &str| -> Vec<String> {
                let words = text.split_word_bounds().filter(|word| !is_space(word));
                words.map(str::to_owned).collect()
            };
            let is_same = plain(theirs) == plain(mine);
            prop_assert_eq!(is_same, place % 2 == 0, "{} {}", theirs, mine);
            // Only at the start.
            prop_assert!(place == 0 || !(theirs.is_empty() && mine.is_empty()));
            prop_assert!(place % 2 == 1 || place == 0 || !mine.trim().is_empty());
        }
        prop_assert_eq!(marks(&mine, &theirs), (in_mine, in_theirs));
    }

    #[test]
    fn a_merge_with_no_change_is_the_other_text((was, mine, theirs) in texts()) {
        prop_assert_eq!(merged(Some(&was), &mine, &was), &*mine);
        prop_assert_eq!(merged(Some(&was), &was, &theirs), &*theirs);
        prop_assert_eq!(merged(Some(&was), &mine, &mine), &*mine);
        prop_assert_eq!(merged(None, &mine, &theirs), &*mine);
    }

    #[test]
    fn a_merge_loses_no_new_word_and_is_a_text_of_a_todo((was, mine, theirs) in texts()) {
        let merged = merged(Some(&was), &mine, &theirs);
        prop_assert_eq!(check_title(&merged).ok(), Some(&*merged));
        let (old, all) = (words(&was), words(&merged));
        for word in words(&mine).union(&words(&theirs)) {
            prop_assert!(old.contains(word) || all.contains(word), "{} is not in {}", word, merged);
        }
        for run in merged.split(|c: char| !c.is_whitespace()) {
            let is_known = mine.contains(run) || theirs.contains(run);
            prop_assert!(run.chars().count() < 2 || is_known, "{:?}", merged);
        }
    }
}
