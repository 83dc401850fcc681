//! What shortening and splitting promise.

use super::super::fixtures::{letters, x};
use super::super::{Unit, entities, network};
use super::*;
use crate::text::late;

fn plain(limit: usize) -> Rules {
    letters(Unit::Grapheme, Some(limit))
}

fn short(text: &str, limit: usize) -> String {
    shorten(text, limit, &plain(limit), 80)
}

#[test]
fn what_fits_is_left_alone() {
    assert_eq!(short("  It landed.\n", 14), "  It landed.\n");
    assert_eq!(split("It landed.", &plain(10), 80), ["It landed."]);
    assert_eq!(split("Long as you like.", &letters(Unit::Byte, None), 80), ["Long as you like."]);
    assert_eq!(split(" \n", &plain(10), 80), [""]);
}

#[test]
fn it_is_cut_at_a_sentence_then_a_word_then_a_character() {
    assert_eq!(short("It landed by itself. Nobody steered, nobody helped.", 30), "It landed by itself. …");
    assert_eq!(short("Reusable, quieter, and cheaper to fly", 20), "Reusable, quieter…");
    assert_eq!(short("Donaudampfschifffahrtsgesellschaft", 12), "Donaudampfs…");
    assert_eq!(short("着陸した。静かだった。安かった。", 10), "着陸した。 …");
    assert_eq!(short("👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 3), "👩‍👩‍👧‍👦👩‍👩‍👧‍👦…");
    assert_eq!(short("It landed", 0), "");
}

#[test]
fn no_place_is_left_free_that_a_word_could_have() {
    let counted = |made: &str, rules: &Rules| count(made, rules, 80).counted;
    for (rules, limit, most) in [(x(), 280, 280), (network::BLUESKY, 300, 300), (plain(60), 60, 60)] {
        assert_eq!(counted(&shorten(&"aa ".repeat(300), limit, &rules, 80), &rules), most);
    }
    // The space before the ellipsis has no room: a word less.
    assert_eq!(short("One two. Three four five six seven", 9), "One…");
    assert_eq!(short("One two. Three four five six seven", 10), "One two. …");
}

/// A paragraph or a sentence that ends early is no reason to leave the rest out.
#[test]
fn a_fair_part_of_the_room_is_used() {
    let early =
        "It landed.\n\nThe booster stood on its legs at dawn and nobody had steered it all the way down";
    assert_eq!(short(early, 60), "It landed.\n\nThe booster stood on its legs at dawn and…");
    assert_eq!(short(early, 30), "It landed.\n\nThe booster stood…");
    let list = "Three things:\n• quiet\n• reusable\n• cheaper to fly than all that flew before it, by far";
    assert_eq!(short(list, 66), "Three things:\n• quiet\n• reusable\n• cheaper to fly than all that…");
    // Two thirds are enough for a sentence.
    let late = "It landed by itself this morning. The booster stood on its legs at dawn";
    assert_eq!(short(late, 48), "It landed by itself this morning. …");
    for limit in 24..early.len() {
        let made = short(early, limit);
        assert!(count(&made, &plain(limit), 80).counted * 3 > limit * 2 - 24, "{limit}: {made}");
    }
    assert_eq!(short(&"[".repeat(700), 300), "[".repeat(700));
}

#[test]
fn a_name_is_never_cut() {
    let linkedin = network::LINKEDIN;
    let name = "@[Acme Rockets and Friends International](urn:li:organization:2414183)";
    let text = format!("With thanks to {name} for all that they did.");
    for limit in 20..text.len() {
        let made = shorten(&text, limit, &linkedin, 80);
        assert!(made.contains(name) || !made.contains('@'), "{limit}: {made}");
    }
    let page = format!("{} @[104958162837] flew", "Words ".repeat(4));
    assert_eq!(shorten(&page, 36, &network::FACEBOOK, 80), format!("{}…", "Words ".repeat(4).trim_end()));
}

#[test]
fn what_cannot_be_shortened_is_told_by_not_fitting() {
    let link = "https://acme.example/a/long/path";
    for text in [link, &format!("New {link}"), &format!("New {link} today")] {
        assert_eq!(short(text, 20), text);
    }
    // Behind what has room anyway, it goes like other words.
    assert_eq!(short(&format!("It landed by itself today {link}"), 20), "It landed by itself…");
    assert_eq!(shorten("a 👩‍👩‍👧‍👦", 9, &letters(Unit::Byte, Some(9)), 80), "a 👩‍👩‍👧‍👦");
    for text in ["It landed", "(((((((", "日本"] {
        assert_eq!(short(text, 1), text);
    }
    assert_eq!(shorten("日本語です", 1, &x(), 80), "日本語です");
}

#[test]
fn what_is_too_long_by_itself_may_be_left_out() {
    let link = format!("https://acme.example/{}", "path/".repeat(10));
    let text = format!("Read it all {link} today");
    assert_eq!(shorten_before(&text, 40, &plain(40), 80), "Read it…");
    assert_eq!(shorten_before(&text, 200, &plain(200), 80), text);
    assert_eq!(shorten_before(&link, 40, &plain(40), 80), link);
    let long = format!("{text} {}", "word ".repeat(4_000));
    assert_eq!(shorten_before(&long, 40, &plain(40), 80), "Read it…");
    let marked = format!("**Read it all** [here and there]({link}) today");
    let rules = Rules { limit: Some(40), ..network::DISCORD };
    assert_eq!(shorten_before(&marked, 40, &rules, 80), "**Read it all**…");
}

#[test]
fn links_tags_mentions_and_late_addresses_stay_whole() {
    let text = "Read https://acme.example/a/long/path today";
    assert_eq!(short(text, 34), "Read…");
    assert_eq!(short(text, 42), "Read https://acme.example/a/long/path …");
    assert_eq!(short("Thanks to @ada_lovelace for all", 20), "Thanks to…");
    assert_eq!(short("We like #OpenSource most", 15), "We like…");
    let late = format!("It landed. {} and more words", late::token("blog", true));
    assert_eq!(shorten(&late, 80, &plain(80), 80), "It landed. …");
    assert_eq!(shorten(&late, 37, &x(), 80), format!("It landed. {} …", late::token("blog", true)));
}

#[test]
fn a_thread_breaks_where_readers_pause() {
    let text = "The first point is short.\n\nThe second point has more to say. It goes on for a while.";
    assert_eq!(
        split(text, &plain(60), 80),
        ["The first point is short.", "The second point has more to say. It goes on for a while."]
    );
    assert_eq!(
        split(&text.replace("\n\n", " "), &plain(60), 80),
        ["The first point is short. The second point has more to say.", "It goes on for a while."]
    );
    assert_eq!(
        split("One.\n\n<!-- break -->\n\nTwo <!-- no -->.\n \t<!--break-->\n<!-- break -->", &plain(60), 80),
        ["One.", "Two <!-- no -->."]
    );
    assert_eq!(split("One.\n<!-- break --> <!--Break-->\nTwo.", &plain(60), 80), ["One.", "Two."]);
    for no in
        ["<!-- break --> so", "<!-- break --> <!-- no -->", "<!-- break -- >", "<!--break->", "<!-- -->"]
    {
        assert!(!is_break(no), "{no}");
    }
    let inside = "Write <!-- break --> on a line.\n`<!-- break -->`";
    assert_eq!(split(inside, &plain(60), 80), [inside]);
    assert_eq!(
        split("one two three four five six seven eight", &plain(24), 80),
        ["one two three four", "five six seven eight"]
    );
}

#[test]
fn no_thread_ends_in_two_lost_words() {
    let text = "alpha beta gamma delta epsilon zeta eta theta";
    let parts = split(text, &plain(40), 80);
    assert_eq!(parts.join(" "), text);
    assert_eq!(parts, ["alpha beta gamma delta", "epsilon zeta eta theta"]);
    // Where it cannot be avoided, nothing is lost all the same.
    assert_eq!(split("aaaaaaaaa bbbbbbbbb", &plain(10), 80), ["aaaaaaaaa", "bbbbbbbbb"]);
}

#[test]
fn a_link_longer_than_the_limit_is_not_broken() {
    let parts = split("See https://acme.example/a/very/long/path now please", &plain(20), 80);
    assert_eq!(parts, ["See", "https://acme.example/a/very/long/path", "now please"]);
}

#[test]
fn items_keep_their_bullets_and_lists_their_lines() {
    let list = "Three things:\n• It lands by itself.\n• It is quiet. Really.\n1. It costs less.\n👉 Read on";
    assert_eq!(
        split(list, &plain(36), 80),
        ["Three things:\n• It lands by itself.", "• It is quiet. Really.", "1. It costs less.\n👉 Read on"]
    );
    assert_eq!(short("One point is\n• here", 15), "One point is…");
    assert_eq!(short("Two points are\n• made, \n• – and", 26), "Two points are\n• made…");
}

#[test]
fn what_belongs_together_stays_together() {
    // Tags at the end, with words that they belong to.
    let tagged = "It landed by itself this morning. Nobody steered it at all. #rocket #space #launch";
    assert_eq!(
        split(tagged, &plain(60), 80),
        ["It landed by itself this morning.", "Nobody steered it at all. #rocket #space #launch"]
    );
    // Only tags: between them.
    assert_eq!(split("#one #two #three #four", &plain(12), 80), ["#one #two", "#three #four"]);
    // Numbers with their units, names with their signs.
    assert_eq!(short("It weighs 10\u{a0}000\u{202f}kg today", 17), "It weighs…");
    assert_eq!(split("aaaaaaaaaaa@bbbbbbbb", &plain(12), 80), ["aaaaaaaaaa", "a@bbbbbbbb"]);
    // A link at the end of a sentence, an abbreviation, a time.
    let text = "Read more at https://acme.example/x. Doors open at 9 a.m. Berlin time, as Dr. Lovelace said.";
    let parts = split(text, &plain(56), 80);
    assert_eq!(
        parts,
        ["Read more at https://acme.example/x.", "Doors open at 9 a.m. Berlin time, as Dr. Lovelace said."]
    );
}

#[test]
fn a_heading_stands_above_what_it_is_of_and_wrapped_lines_are_one() {
    let text =
        "It landed by itself this morning, unseen.\n\nWhat comes next\n\nIt flies again in May, with people.";
    assert_eq!(
        split(text, &plain(64), 80),
        [
            "It landed by itself this morning, unseen.",
            "What comes next\n\nIt flies again in May, with people."
        ]
    );
    for head in ["What comes next?", "次は何？", "Read on!"] {
        let text = format!(
            "It landed by itself this morning, unseen.\n\n{head}\n\nIt flies again in May, with people."
        );
        assert!(split(&text, &plain(64), 80)[1].starts_with(head), "{:?}", split(&text, &plain(64), 80));
    }
    let wrapped =
        "It landed by itself\nthis morning. Nobody steered\nit. Nobody saw it either.\nOne more line.";
    assert_eq!(
        split(wrapped, &plain(56), 80),
        ["It landed by itself\nthis morning. Nobody steered\nit.", "Nobody saw it either.\nOne more line."]
    );
    // An item of a list is a line, small letters or not.
    assert_eq!(
        split("- one is not quite enough\n- two are more than that\n- three", &plain(45), 80),
        ["- one is not quite enough", "- two are more than that\n- three"]
    );
}

#[test]
fn it_is_cut_as_an_editor_would() {
    let cut = |text: &str, limit| split(text, &plain(limit), 80);
    // Behind a comma or a bracket rather than in the middle of a clause.
    assert_eq!(
        cut("Ada Lovelace (who joined in 1842, before anyone else did) wrote the first version of it", 62),
        ["Ada Lovelace (who joined in 1842, before anyone else did)", "wrote the first version of it"]
    );
    // Not within brackets or quotes, where there is another place.
    assert_eq!(
        cut("Everybody on the island cheered „It landed. It really did.“ and left for home", 54),
        ["Everybody on the island cheered", "„It landed. It really did.“ and left for home"]
    );
    // What is longer than half a part is cut where it has to be.
    assert_eq!(
        cut("She said \"It landed, and it did so by itself. Nobody helped, nobody steered it.\" Yes", 48),
        ["She said \"It landed, and it did so by itself.", "Nobody helped, nobody steered it.\" Yes"]
    );
    // An abbreviation keeps its name, a number its unit, a link its words.
    assert_eq!(cut("It was seen by Dr. Lovelace at dawn", 20), ["It was seen by", "Dr. Lovelace at dawn"]);
    assert_eq!(cut("The rocket weighs 50 t, and flies", 22), ["The rocket weighs", "50 t, and flies"]);
    assert_eq!(
        cut("You can read all of it at https://acme.example/x or not at all", 26),
        ["You can read all of it", "at https://acme.example/x", "or not at all"]
    );
    // A link or a tag begins anew behind a full stop, small letters or not.
    assert_eq!(
        cut("It landed by itself. #rocket science is what we do here", 40),
        ["It landed by itself.", "#rocket science is what we do here"]
    );
    assert_eq!(short("It landed by itself. https://a.example/long", 26), "It landed by itself. …");
    // No syllable of Thai ends with a vowel that is written ahead of it.
    for part in cut(&"ไว้ใจเราได้เสมอ".repeat(5), 10) {
        assert!(!part.ends_with(|c| ('\u{e40}'..='\u{e44}').contains(&c)), "{part}");
    }
}

/// Thai, Lao and Khmer have words and no spaces between them: without a
/// dictionary a space within reach is a place, else where a syllable begins.
#[test]
fn scripts_without_spaces_are_cut_at_one_all_the_same() {
    let cut = |text: &str, limit| split(text, &plain(limit), 80);
    let thai = "จรวดลงจอดเองเมื่อเช้านี้ โดยไม่มีใครบังคับ และไม่มีใครเห็น";
    assert_eq!(cut(thai, 40), ["จรวดลงจอดเองเมื่อเช้านี้ โดยไม่มีใครบังคับ", "และไม่มีใครเห็น"]);
    for limit in 20..44 {
        let parts = cut(thai, limit);
        assert_eq!(parts.join(" "), thai, "{limit}");
    }
    for text in [thai.replace(' ', ""), "ຈະຫຼວດລົງຈອດດ້ວຍຕົນເອງໃນເຊົ້ານີ້ໂດຍບໍ່ມີໃຜບັງຄັບ".to_owned()]
    {
        let parts = cut(&text, 24);
        assert_eq!(parts.concat(), text);
        let begins = |part: &String| part.starts_with(signs::is_leading_vowel);
        assert!(parts.len() > 1 && parts[1..].iter().all(begins), "{parts:?}");
    }
    // A consonant below another is never left without it.
    for text in ["រ៉ុក្កែតបានចុះចតដោយខ្លួនឯងនៅព្រឹកនេះដោយគ្មាននរណាម្នាក់បញ្ជា", "မန္တလေးမြို့မန္တလေးမြို့"]
    {
        for limit in 4..40 {
            for part in cut(text, limit) {
                assert!(!part.ends_with(signs::stacks_the_next), "{limit}: {part}");
            }
        }
    }
    // What stands between words without being seen is a place as well.
    let khmer = "រ៉ុក្កែត\u{200b}បាន\u{200b}ចុះចត\u{200b}ដោយ\u{200b}ខ្លួនឯង";
    assert!(
        cut(khmer, 14)[..2].iter().all(|part| part.ends_with(['\u{200b}', 'ត', 'ង'])),
        "{:?}",
        cut(khmer, 14)
    );
}

#[test]
fn japanese_lines_neither_begin_nor_end_wrongly() {
    assert_eq!(
        split("彼は「静かだった」と言った", &plain(8), 80),
        ["彼は「静かだっ", "た」と言った"].map(String::from)
    );
    assert_eq!(split("これは高い、とても", &plain(5), 80), ["これは高", "い、とても"]);
}

#[test]
fn a_limit_in_bytes_holds_as_well() {
    let rules = Rules { byte_limit: Some(20), ..plain(30) };
    let text = "着陸した。静かだった。安かった。また飛ぶ。";
    let parts = split(text, &rules, 80);
    assert_eq!(parts, ["着陸した。", "静かだった。", "安かった。", "また飛ぶ。"].map(String::from));
    let only_bytes = Rules { limit: None, ..rules };
    assert_eq!(split(text, &only_bytes, 80), parts);
    assert_eq!(shorten(text, 30, &rules, 80), "着陸した。 …");
}

#[test]
fn numbers_are_counted_in() {
    let text = "alpha beta gamma delta epsilon zeta eta theta";
    let places = stretches(text, &plain(28), 80, true, Known::default());
    let mut parts: Vec<String> = places.into_iter().map(|place| place.of(text)).collect();
    number(&mut parts, Syntax::Plain);
    assert_eq!(parts, ["alpha beta gamma delta 1/2", "epsilon zeta eta theta 2/2"]);
    assert_eq!(stretches("one part", &plain(8), 80, true, Known::default()), [Stretch::from(0..8)]);
    let mut with_a_gap = ["one".to_owned(), String::new()];
    number(&mut with_a_gap, Syntax::Plain);
    assert_eq!(with_a_gap, ["one 1/2", ""]);
}

#[test]
fn an_address_is_whole_where_the_network_links_it_or_not() {
    for host in ["acme.example", "localhost:8080", "192.0.2.7"] {
        let link = format!("https://{host}/{}", "rocket-".repeat(30));
        let text = format!("{} {link} and {}", "word ".repeat(30), "more ".repeat(60));
        for rules in [x(), network::BLUESKY, network::MASTODON] {
            let parts = split(&text, &rules, 80);
            assert!(parts.iter().any(|part| part.contains(&link)), "{}: {parts:?}", rules.network);
            let made = shorten(&text, 280, &rules, 80);
            assert!(made.contains(&link) || !made.contains("https:"), "{}: {made}", rules.network);
        }
    }
}

/// What follows far behind changes nothing, and does not have to be read.
#[test]
fn of_a_long_text_the_beginning_decides() {
    let sentence = "The booster stood, and @ada saw https://acme.org/x. It was #quiet (very). ";
    for (rules, limit) in [(x(), 280), (network::BLUESKY, 300), (network::MASTODON, 500), (plain(9000), 9000)]
    {
        let short = shorten(&sentence.repeat(1 + limit / 30), limit, &rules, 80);
        assert!(short.len() > limit / 2, "{short}");
        for tail in [sentence, "日本 ", "\u{301}", "#tag ", "\n", "more"] {
            let long = format!("{}{}", sentence.repeat(1000), tail.repeat(1000));
            assert_eq!(shorten(&long, limit, &rules, 80), short);
        }
    }
    for (rules, limit) in
        [(x(), 280), (network::MASTODON, 500), (network::BLUESKY, 300), (network::TELEGRAM, 4096)]
    {
        for times in [1, 3, limit / 60, limit / 20, 1000] {
            let text = sentence.repeat(times);
            assert_eq!(
                fits(text.trim(), &rules, 80),
                count(text.trim(), &rules, 80).fits(),
                "{}",
                rules.network
            );
        }
    }
    // Links that cost less than their letters: more of them fit than it seems.
    let link = format!("https://acme.org/{} ", "a".repeat(2000));
    let made = shorten(&link.repeat(50), 280, &x(), 80);
    assert_eq!(made, format!("{}…", link.repeat(11)));
    // Within a link there is no beginning, only the whole.
    let one = format!("{} https://acme.org/{}", "word ".repeat(4), "a".repeat(100_000));
    assert!(shorten(&one, 300, &network::BLUESKY, 80) == one);
}

/// A build for tests is slow.
const LONG: usize = if cfg!(debug_assertions) { 8_000 } else { 100_000 };

/// Shapes that make scanners quadratic: such a one would take minutes here, and
/// nobody would wait for it.
#[test]
fn time_grows_with_the_text() {
    for piece in [
        "a",
        "a ",
        "a.",
        "a. ",
        "@",
        "@a",
        "#",
        "#a",
        "#1",
        "https://",
        "http://a.",
        "www.",
        "a-",
        "h",
        "(",
        "https://a.b/(",
        "👩‍",
        "🇩",
        "e\u{301}",
        "\u{301}",
        "字",
        "\n",
        "<!--",
        "<!-- break -->",
        "https://rung.invalid/",
        "Dr. ",
        "\u{0}",
    ] {
        let text = piece.repeat(LONG / piece.len());
        let _ =
            (entities(&text, crate::text::Dialect::X), shorten(&text, 280, &x(), 80), split(&text, &x(), 80));
        let _ = split(&text, &plain(30_000), 80);
    }
}

#[test]
fn a_far_space_is_none_where_words_have_none() {
    let thai = "ขณะที่วิศวกรกำลังนับเชื้อเพลิงอีกครั้ง";
    let text = format!("{thai} {}", thai.repeat(8));
    let made = shorten(&text, 280, &x(), 80);
    assert!(count(&made, &x(), 80).counted > 140, "{made}");
    let parts = split(&text, &x(), 80);
    assert!(parts.iter().all(|part| count(part, &x(), 80).counted > 50), "{parts:?}");
    assert_eq!(parts.concat().replace(' ', ""), text.replace(' ', ""));
}

#[test]
fn no_thread_ends_in_a_lost_letter() {
    for letter in ["ក", "ก", "ລ"] {
        let parts = split(&letter.repeat(301), &network::BLUESKY, 80);
        let lengths: Vec<usize> = parts.iter().map(|part| part.chars().count()).collect();
        assert_eq!(lengths, [291, 10], "{letter}");
    }
}

#[test]
fn no_part_begins_with_the_end_of_a_burmese_syllable() {
    let text = "ခဲ့သည်".repeat(30);
    for limit in 20..40 {
        let parts = split(&text, &plain(limit), 80);
        assert_eq!(parts.concat(), text);
        assert!(parts.iter().all(|part| !part.starts_with("ည်")), "{limit}: {parts:?}");
    }
}
