//! Posts as people write them, made by a fixed seed: several scripts, links,
//! names, tags, emoji.

/// SplitMix64: the same posts on every machine.
struct Seed(u64);

impl Seed {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[usize::try_from(self.next() % from.len() as u64).unwrap_or(0)]
    }
}

const ENGLISH: &[&str] = &[
    "the",
    "rocket",
    "landed",
    "itself",
    "today",
    "quieter",
    "and",
    "cheaper",
    "to",
    "fly",
    "we",
    "thank",
    "everyone",
    "release",
    "is",
    "out",
    "with",
    "fixes",
    "for",
    "a",
    "new",
    "dashboard,",
    "don’t",
    "miss",
    "it.",
    "Read",
    "more:",
    "version 2.1",
    "“reusable”",
    "–",
    "tomorrow…",
];
const GERMAN: &[&str] =
    &["die", "Rakete", "ist", "gelandet", "für", "alle", "größer", "leiser,", "günstiger", "und", "schön."];
const JAPANESE: &[&str] =
    &["ロケットが", "着陸しました。", "新しい", "バージョンを", "公開", "します！", "詳しくは"];
const OTHERS: &[&str] = &[
    "Ракета",
    "приземлилась",
    "сегодня.",
    "الصاروخ",
    "هبط",
    "اليوم",
    "रॉकेट",
    "उतर",
    "गया",
    "로켓이",
    "착륙했다",
    "จรวดลงจอด",
    "הטיל",
    "נחת",
    "cafe\u{301}",
    "Πύραυλος",
];
const LINKS: &[&str] = &[
    "https://acme.com/blog/rocket-2?utm_source=x&utm_campaign=launch",
    "acme.com",
    "www.acme.co.uk/news",
    "https://example.org/wiki/Rocket_(vehicle)",
    "http://пример.рф/путь",
    "https://t.co/aB3dE5",
    "acme.jp",
    "main.rs",
];
const MARKS: &[&str] =
    &["@ada_l", "@grace/team", "#Rocket", "#宇宙", "#überall", "$ACME", "(@joan)", "#هبوط", "me@acme.com"];
const EMOJI: &[&str] = &["🚀", "❤️", "👩‍🚀", "👍🏽", "🇩🇪", "1️⃣", "👨‍👩‍👧‍👦", "🎉🎉🎉", "🏳️‍🌈", "✅"];

/// `number` posts of up to about the limit.
pub fn posts(number: usize) -> Vec<String> {
    let mut seed = Seed(20_261_122);
    let mut post = || {
        let language = match seed.next() % 10 {
            0..=5 => ENGLISH,
            6 => GERMAN,
            7..=8 => JAPANESE,
            _ => OTHERS,
        };
        let words = 6 + seed.next() % 32;
        let mut text = String::new();
        for _ in 0..words {
            let words = match seed.next() % 24 {
                0 => LINKS,
                1 | 2 => MARKS,
                3 => EMOJI,
                _ => language,
            };
            text.push_str(seed.pick(words));
            text.push(if seed.next().is_multiple_of(12) { '\n' } else { ' ' });
        }
        text.trim_end().to_owned()
    };
    (0..number).map(|_| post()).collect()
}
