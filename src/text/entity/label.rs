//! Labels of hosts that need no look at the tables of IDNA.

/// Whether a label outside of ASCII is surely a name: short, and of letters that
/// IDNA leaves as they are. Punycode needs at most 8 letters for a character
/// and 5 more, so that such a label has fewer than 64.
pub(super) fn is_surely_name(label: &str) -> bool {
    label.chars().nth(7).is_none() && !label.is_ascii() && label.chars().all(is_left_as_it_is)
}

fn is_left_as_it_is(c: char) -> bool {
    match c {
        '÷' => false,
        'a'..='z' | '0'..='9' | 'à'..='ÿ' | 'а'..='я' => true,
        'ぁ'..='ゖ' | 'ァ'..='ヺ' | '一'..='龥' | '가'..='힣' => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_surely_a_name_is_one_to_the_tables() {
        let mut letters = 0;
        for c in ('\0'..='\u{ffff}').filter(|c| is_left_as_it_is(*c)) {
            for label in [format!("{c}é"), format!("a{c}é{c}"), format!("é{}", c.to_string().repeat(6))] {
                assert!(is_surely_name(&label), "{label}");
                let encoded = url::Host::parse(&label).expect("it is a name").to_string();
                assert!(encoded.len() < 64, "{encoded}");
                let decoded = encoded.strip_prefix("xn--").and_then(idna::punycode::decode_to_string);
                assert_eq!(decoded.as_deref(), Some(label.as_str()));
            }
            letters += 1;
        }
        assert!(letters > 30_000);
        for label in ["acme", "", "ééééééééé", "É", "ß\u{301}", "a\u{200d}é", "😀", "é_", "ﷺ"]
        {
            assert!(!is_surely_name(label), "{label}");
        }
    }
}
