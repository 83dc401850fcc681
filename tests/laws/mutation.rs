//! The laws on spoiled texts, for as long as one likes: a fuzzer that needs
//! nothing but the tests' own tools, so that it runs wherever they run.

use super::{HOSTILE, law};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Numbers that look like chance and come again with their seed (splitmix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % (sides.max(1) as u64)) as usize
    }
}

/// One change: a hostile piece or any character put in, a stretch taken out,
/// doubled many times, or turned around.
fn spoil(text: &str, dice: &mut Dice) -> String {
    let chars: Vec<char> = text.chars().collect();
    let from = dice.roll(chars.len() + 1);
    let to = (from + dice.roll(12)).min(chars.len());
    let (before, inside, after) = (&chars[..from], &chars[from..to], &chars[to..]);
    let made: Vec<char> = match dice.roll(6) {
        0 | 1 => HOSTILE[dice.roll(HOSTILE.len())].chars().chain(inside.iter().copied()).collect(),
        2 => char::from_u32(dice.roll(0x11_0000) as u32).into_iter().chain(inside.iter().copied()).collect(),
        3 => Vec::new(),
        4 => inside.iter().copied().cycle().take(inside.len() * (1 + dice.roll(30))).collect(),
        _ => inside.iter().rev().copied().collect(),
    };
    before.iter().chain(&made).chain(after).take(4_000).collect()
}

/// `LADDER_FUZZ_SECONDS` (30) and `LADDER_FUZZ_SEED` (the time): the seed is
/// printed, and the text is in the failure.
#[test]
#[ignore = "runs for LADDER_FUZZ_SECONDS seconds"]
fn spoiled_texts_break_no_law() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let seconds = number("LADDER_FUZZ_SECONDS").unwrap_or(30);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64;
    let seed = number("LADDER_FUZZ_SEED").unwrap_or(now);
    println!("LADDER_FUZZ_SEED={seed} LADDER_FUZZ_SECONDS={seconds}");
    let mut dice = Dice(seed);
    let end = Instant::now() + Duration::from_secs(seconds);
    let rules = law::all_rules();
    let mut tried = 0_u64;
    let mut text = String::new();
    while Instant::now() < end {
        // Begin anew now and then: long chains of changes end in noise.
        if text.is_empty() || dice.roll(40) == 0 {
            text = (0..dice.roll(30)).map(|_| HOSTILE[dice.roll(HOSTILE.len())]).collect::<Vec<_>>().concat();
        }
        text = spoil(&text, &mut dice);
        let rules = &rules[dice.roll(rules.len())];
        law::counting(&text, rules);
        law::splitting(&text, rules, dice.roll(2) == 0);
        law::shortening(&text, dice.roll(400), rules);
        if dice.roll(8) == 0 {
            law::markup(&text);
        }
        tried += 1;
    }
    println!("{tried} texts");
    assert!(tried > 0, "no text was tried in {seconds} seconds");
}
