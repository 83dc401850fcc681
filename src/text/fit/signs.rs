//! Which signs open, close and end what.

/// Whether `text` is one such character and nothing else.
pub(super) fn is_one(text: &str, such: fn(char) -> bool) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(such) && chars.next().is_none()
}

/// Characters of scripts that put no spaces between words, where a line may be
/// broken beside each: ideographs and kana.
pub(super) fn stands_alone(cluster: &str) -> bool {
    cluster.chars().next().is_some_and(|c| {
        matches!(u32::from(c), 0x3001..=0x30FF | 0x31F0..=0x31FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF
            | 0xFF01..=0xFF65 | 0x20000..=0x3FFFF)
    })
}

/// Characters that no line begins with (JIS X 4051 for Japanese, UAX #14 CL,
/// EX, IS for the rest).
pub(super) fn is_closing(c: char) -> bool {
    matches!(
        c,
        '、' | '。'
            | '，'
            | '．'
            | '！'
            | '？'
            | '」'
            | '』'
            | '）'
            | '】'
            | '》'
            | '〉'
            | '〕'
            | '］'
            | '｝'
            | '：'
            | '；'
            | 'ー'
            | '・'
            | '々'
            | '〜'
            | '～'
            | '％'
            | 'ぁ'
            | 'ぃ'
            | 'ぅ'
            | 'ぇ'
            | 'ぉ'
            | 'っ'
            | 'ゃ'
            | 'ゅ'
            | 'ょ'
            | 'ァ'
            | 'ィ'
            | 'ゥ'
            | 'ェ'
            | 'ォ'
            | 'ッ'
            | 'ャ'
            | 'ュ'
            | 'ョ'
            | ')'
            | ']'
            | '}'
            | ','
            | '.'
            | '!'
            | '?'
            | ';'
            | ':'
            | '%'
            | '…'
            | '‥'
            | '”'
            | '’'
            | '»'
            | '›'
    )
}

/// Characters that no line ends with.
pub(super) fn is_opening(c: char) -> bool {
    matches!(
        c,
        '「' | '『'
            | '（'
            | '【'
            | '《'
            | '〈'
            | '〔'
            | '［'
            | '｛'
            | '('
            | '['
            | '{'
            | '«'
            | '‹'
            | '„'
            | '‚'
            | '“'
            | '‘'
            | '¿'
            | '¡'
    )
}

/// What is left hanging before an ellipsis.
pub(super) fn is_dangling(c: char) -> bool {
    matches!(c, ',' | ';' | ':' | '-' | '–' | '—' | '/' | '…' | '、' | '，' | '；' | '：' | '•' | '\u{200b}')
        || matches!(
            c,
            '「' | '『' | '（' | '【' | '《' | '〈' | '(' | '[' | '{' | '«' | '‹' | '„' | '‚' | '¿' | '¡'
        )
}

/// What opens something where it follows a space, and closes it elsewhere.
pub(super) fn opens_after_blank(c: char) -> bool {
    matches!(c, '"' | '\'' | '“' | '‘' | '”' | '»' | '*' | '◦' | '☐' | '☑')
}

/// What ends a part of a sentence where a space follows: a comma, a bracket.
pub(super) fn ends_clause(c: char) -> bool {
    matches!(c, ',' | ';' | ')' | ']' | '”' | '»' | '،' | '؛')
}

/// The same of scripts that put no space behind it.
pub(super) fn ends_unspaced_clause(c: char) -> bool {
    matches!(c, '、' | '，' | '；' | '：' | '）' | '」' | '』' | '】' | '》')
}

/// Vowels of Thai and Lao that are written before the consonant they follow in
/// speech (Unicode, `Logical_Order_Exception`): no syllable ends with one.
pub(super) fn is_leading_vowel(c: char) -> bool {
    matches!(c, '\u{e40}'..='\u{e44}' | '\u{ec0}'..='\u{ec4}')
}

/// Signs that put the next consonant below the one before: Khmer coeng, Burmese
/// and Tai Tham virama (Unicode, chapters 16.3 and 16.4, `InSC=Invisible_Stacker`).
/// Between the two is no good place, though UAX #29 sees one.
pub(super) fn stacks_the_next(c: char) -> bool {
    matches!(c, '\u{17d2}' | '\u{1039}' | '\u{1a60}')
}

/// Vowels and signs of Thai and Lao that no syllable begins with.
pub(super) fn is_following_vowel(c: char) -> bool {
    matches!(
        c,
        '\u{e2f}'
            | '\u{e30}'
            | '\u{e32}'
            | '\u{e33}'
            | '\u{e45}'
            | '\u{e46}'
            | '\u{eaf}'
            | '\u{eb0}'
            | '\u{eb2}'
            | '\u{eb3}'
            | '\u{ec6}'
    )
}

/// Letters of scripts that put spaces between phrases, not between words: Thai,
/// Lao, Burmese, Khmer and the scripts of the Tai languages.
pub(super) fn is_unspaced(cluster: &str) -> bool {
    cluster.chars().next().is_some_and(|c| {
        matches!(u32::from(c), 0xE00..=0xEFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x1950..=0x19DF
            | 0x1A20..=0x1AAF | 0xA9E0..=0xA9FF | 0xAA60..=0xAADF)
    })
}

/// Whether a Burmese cluster ends the syllable before it: a consonant whose
/// vowel is killed (asat, with a tone or not), or that stands on the next one
/// (Unicode, chapter 16.3).
pub(super) fn ends_burmese_syllable(cluster: &str) -> bool {
    let mut chars = cluster.chars();
    let consonant = chars.next().is_some_and(|c| matches!(c, '\u{1000}'..='\u{1021}' | '\u{103f}'));
    consonant
        && match chars.next() {
            Some('\u{103a}' | '\u{1039}') => true,
            Some('\u{1037}') => chars.next() == Some('\u{103a}'),
            _ => false,
        }
}

/// What stands beside a number as its unit.
pub(super) fn is_unit(c: char) -> bool {
    matches!(c, '%' | '‰' | '€' | '$' | '£' | '¥' | '°')
}

/// What closes what `c` has opened: `"` itself, `“` of German and of English.
pub(super) fn closers(c: char) -> &'static [char] {
    match c {
        '(' => &[')'],
        '[' => &[']'],
        '（' => &['）'],
        '「' => &['」'],
        '『' => &['』'],
        '“' => &['”'],
        '„' => &['“', '”'],
        '«' => &['»'],
        '»' => &['«'],
        '"' => &['"'],
        _ => &[],
    }
}
