//! The built-in ladders: the files of `content-ladders/`, as they are.

/// A ladder to begin with.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// Its name: `ladder init --ladder NAME`.
    pub name: &'static str,
    /// Its file.
    pub text: &'static str,
}

/// Every built-in ladder. Keep sorted. Each works with the channels that
/// `ladder init` writes: `blog`, `facebook`, `linkedin`, `newsletter`, `x`.
pub static PRESETS: &[Preset] = &[
    Preset { name: "at-once", text: include_str!("../../content-ladders/at-once.toml") },
    Preset { name: "crisis", text: include_str!("../../content-ladders/crisis.toml") },
    Preset { name: "event", text: include_str!("../../content-ladders/event.toml") },
    Preset { name: "launch", text: include_str!("../../content-ladders/launch.toml") },
    Preset { name: "newsletter", text: include_str!("../../content-ladders/newsletter.toml") },
    Preset { name: "software-release", text: include_str!("../../content-ladders/software-release.toml") },
];

/// The preset of that name.
pub fn find(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    #[test]
    fn presets_are_the_folder_and_bear_their_names() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/content-ladders");
        let mut files: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        let names: Vec<_> = PRESETS.iter().map(|preset| format!("{}.toml", preset.name)).collect();
        assert_eq!(files, names);
    }

    #[test]
    fn presets_parse_without_a_problem() {
        for preset in PRESETS {
            let mut sources = Sources::new();
            let id = sources.add(format!("{}.toml", preset.name), preset.text);
            let ladder = crate::ladder::parse_ladder(&sources, id, "file-name");
            assert!(ladder.problems.is_empty(), "{}: {:?}", preset.name, ladder.problems);
            assert_eq!(ladder.value.unwrap().name, preset.name);
        }
    }
}
