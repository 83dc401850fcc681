//! One way to break each rule that this room watches.

use super::house::{House, card};
use crate::ladder::{Crop, Settings, When};
use crate::media::{CannotFit, How, Recipe, Unfit};
use crate::source::Spanned;
use crate::text::Ratio;

/// A rule, and what breaks it.
pub type Case = (&'static str, fn(&mut House));

pub const CASES: &[Case] = &[
    ("unknown-network", |house| house.project.handles[0].names[0].0 = "linkdin".to_owned()),
    ("tracking-domain-missing", |house| house.project.tracking_domains.clear()),
    ("unknown-allow", |house| house.message.allow.push(house.written("to-long"))),
    ("no-rung", |house| house.ladder.rungs.clear()),
    ("unknown-channel", |house| house.ladder.rungs[1].channel.value = "y".to_owned()),
    ("unknown-rung", |house| house.ladder.rungs[1].after[0].value = "blgo".to_owned()),
    ("self-wait", |house| house.ladder.rungs[1].after[0].value = "tweet".to_owned()),
    ("cycle", |house| {
        let after = house.ladder.rungs[1].after[0].clone();
        house.ladder.rungs[0].after = vec![Spanned::new("tweet".to_owned(), after.span)];
    }),
    ("delay-without-after", |house| {
        let span = house.message.title.span;
        house.ladder.rungs[0].delay = Some(Spanned::new(jiff::SignedDuration::from_hours(1), span));
    }),
    ("window-without-time", |house| {
        let span = house.message.title.span;
        house.ladder.rungs[0].window = Some(Spanned::new(jiff::SignedDuration::from_hours(1), span));
    }),
    ("same-id-twice", |house| house.others.push(house.message.clone())),
    ("same-title-twice", |house| {
        let mut other = house.message.clone();
        other.id = "rocket-3".to_owned();
        house.others.push(other);
    }),
    ("draft", |house| house.message.draft = Some(house.message.title.span)),
    ("embargo", |house| {
        let wall = jiff::civil::date(2026, 12, 1).at(6, 0, 0, 0);
        house.message.embargo = Some(Spanned::new(When::Wall(wall), house.message.title.span));
    }),
    ("untranslated", |house| house.outlets.get_mut("x").unwrap().language = "de".to_owned()),
    ("unused-override", |house| house.message.overrides.push((house.written("twet"), Settings::default()))),
    ("unused-variant", |house| {
        house.message.written_whole.push(crate::ladder::WrittenWhole {
            rung: house.written("twet"),
            settings: Settings::default(),
            body: house.message.body.clone(),
        });
    }),
    ("unused-media", |house| {
        let mut media = house.message.media[0].clone();
        media.path = "messages/other.png".to_owned();
        house.message.media.push(media);
    }),
    ("empty-text", |house| house.post(1).parts[0].text = " \u{200b}\n".to_owned()),
    ("too-long", |house| house.post(1).parts[0].text.push_str(&" word".repeat(60))),
    ("title-too-long", |house| house.outlets.get_mut("blog").unwrap().rules.title_limit = Some(10)),
    ("no-threads", |house| {
        let part = house.post(1).parts[0].clone();
        house.post(1).parts.push(part);
        house.rules().threads = false;
    }),
    ("no-first-comment", |house| house.post(1).first_comment = Some("More below.".to_owned())),
    ("posted-twice", |house| house.second_post("x")),
    ("same-text-twice", |house| house.second_post("x-de")),
    ("placeholder-left", |house| house.post(1).parts[0].text.push_str(" TODO")),
    ("shouting", |house| house.mail().subject = "BUY OUR ROCKET NOW".to_owned()),
    ("too-many-hashtags", |house| house.post(1).parts[0].text.push_str(" #one #two #three")),
    ("hashtag-limit", |house| {
        house.rules().most.hashtags = Some(2);
        house.post(1).parts[0].text.push_str(" #one #two #three");
    }),
    ("too-many-mentions", |house| {
        house.rules().most.mentions = Some(0);
        house.post(1).parts[0].text.push_str(" @ada_l");
    }),
    ("too-many-marks", |house| {
        house.rules().markup = crate::text::Syntax::Telegram;
        house.post(1).parts[0].text.push_str(&" <b>w</b>".repeat(101));
    }),
    ("too-many-links", |house| house.rules().most.links = Some(0)),
    ("hostile-characters", |house| house.message.title.value.push('\u{202e}')),
    ("invalid-character", |house| house.post(1).parts[0].text.push('\u{fffe}')),
    ("secret-in-text", |house| house.post(1).parts[0].text.push_str(" AKIA0123456789ABCDEF")),
    ("mention-pings", |house| house.post(1).parts[0].text.push_str(" @ada_l @stranger")),
    ("url-not-waited-for", |house| house.ladder.rungs[1].after.clear()),
    ("no-address", |house| {
        house.post(1).parts[0].text.push_str(" https://rung.invalid/newsletter/tracked");
        house.ladder.rungs[2].after.clear();
    }),
    ("late-token-literal", |house| house.message.body.value.push_str("https://Rung.invalid/blog/plain")),
    ("html-left-out", |house| house.message.body.value.push_str(&format!("<b {}>x</b>", "a=1 ".repeat(300)))),
    ("bad-link", |house| house.message.body.value.push_str("See [it](htp://acme.example).")),
    ("link-missing", |house| {
        house.post(1).parts[0].links.clear();
        house.post(1).parts[0].text = "It landed.".to_owned();
    }),
    ("several-links", |house| house.post(1).parts[0].links.push("https://acme.example/b".to_owned())),
    ("insecure-link", |house| house.post(1).parts[0].text.push_str(" http://shop.acme.example/b")),
    ("private-link", |house| house.post(1).parts[0].text.push_str(" http://192.168.0.7/draft")),
    ("relative-link", |house| house.mail().html.push_str("<a href=\"/more\">more</a>")),
    ("slug-changed", |house| house.ladder.rungs[0].settings.slug = Some(house.written("../../Etc"))),
    ("missing-alt", |house| house.post(1).parts[0].media[0].alt.clear()),
    ("poor-alt", |house| house.post(1).parts[0].media[0].alt = "Rocket.png".to_owned()),
    ("alt-too-long", |house| house.rules().alt_limit = Some(10)),
    ("too-many-images", |house| house.rules().images = 0),
    ("image-too-large", |house| {
        // A mail gets the original, which has 1000.
        house.outlets.get_mut("newsletter").unwrap().rules.image_bytes = Some(999);
        let picture = house.post(1).parts[0].media[0].clone();
        house.mail().media.push(picture);
    }),
    ("image-format", |house| house.unfit.push(unfit(CannotFit::Moves))),
    ("image-shape", |house| {
        let bounds = (Ratio::parse("4:5"), Ratio::parse("1.91:1"));
        house.unfit.push(unfit(CannotFit::Shape { size: (9, 1), bounds }));
    }),
    ("image-quality", |house| {
        house.post(1).parts[0].media[0].made_from = Some(Recipe {
            sha256: "11".to_owned(),
            width: 4000,
            height: 2100,
            crop: None,
            how: How::Jpeg { quality: 70 },
            squeezed: true,
        });
    }),
    ("bad-crop", |house| {
        let crop = Crop { x: 1, y: 0, width: 1200, height: 630 };
        let media = &mut house.message.media[0];
        media.crops = vec![(Ratio::new(191, 100), Spanned::new(crop, media.file.span))];
    }),
    ("misnamed-image", |house| {
        house.message.media[0].facts.as_mut().unwrap().mime = "image/jpeg".to_owned();
    }),
    ("card-and-images", |house| house.post(1).card = Some(card())),
    ("subject-too-long", |house| house.mail().subject = "Rocket and rocket ".repeat(5)),
    ("preheader-missing", |house| house.mail().preheader.clear()),
    ("preheader-too-long", |house| house.mail().preheader = "More of it. ".repeat(20)),
    ("mail-clipped", |house| house.mail().html.push_str(&"<p>word</p>".repeat(9000))),
];

fn unfit(why: CannotFit) -> Unfit {
    Unfit { path: "messages/rocket.png".to_owned(), of_card: false, why }
}
