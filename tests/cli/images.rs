//! Images on their way out: what arrives is made to fit, tells nothing but what is to
//! be seen, and is what was planned.

use super::house::{Ended, House};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use ladder::media::inspect;
use ladder::rehearsal::{Kind, Network, Settings};
use serde_json::Value;
use std::io::Cursor;

const MESSAGE: &str = "messages/hello/message.md";
const PLACE: &[u8] = b"52.5200N 13.4050E";

fn file(image: &RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(image.clone()).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// Red above, blue below.
fn two_halves(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |_, y| Rgb(if y < height / 2 { [220, 20, 20] } else { [20, 20, 220] }))
}

/// As a phone that was held upright writes it: the picture lies on its side, and Exif
/// says so, and where it was.
fn from_a_phone(width: u32, height: u32) -> Vec<u8> {
    let lying = image::imageops::rotate270(&two_halves(width, height));
    let jpeg = file(&lying, ImageFormat::Jpeg);
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x02\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0".to_vec();
    // The maker, 17 letters behind the directory.
    exif.extend(b"\x0f\x01\x02\0\x12\0\0\0\x26\0\0\0\0\0\0\0");
    exif.extend(PLACE);
    exif.push(0);
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xff, 0xe1], &length, &exif, &jpeg[2..]].concat()
}

fn tells(bytes: &[u8]) -> bool {
    bytes.windows(PLACE.len()).any(|window| window == PLACE)
}

/// `hello` with this image as its only one; LinkedIn shows it.
fn house(name: &str, bytes: &[u8]) -> House {
    let house = House::new();
    std::fs::write(house.path(&format!("messages/hello/{name}")), bytes).unwrap();
    house.edit(MESSAGE, "file = \"cover.png\"", &format!("file = \"{name}\""));
    let rung = "[rungs.linkedin]\nchannel = \"linkedin\"";
    house.edit("content-ladders/at-once.toml", rung, &format!("{rung}\nattach = \"images\""));
    house
}

fn variant<'v>(preview: &'v Value, rung: &str) -> &'v Value {
    preview["variants"].as_array().unwrap().iter().find(|variant| variant["rung"] == rung).unwrap()
}

fn rules(ended: &Ended) -> Vec<String> {
    let json = ended.json();
    let all = json["diagnostics"].as_array().unwrap();
    all.iter().map(|problem| problem["rule"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn where_a_photo_was_taken_arrives_nowhere() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let kind = || Kind::named("linkedin").unwrap();
    let network = runtime.block_on(Network::start(kind(), Settings::of(kind(), "canary-52"))).unwrap();
    let photo = from_a_phone(600, 800);
    assert!(tells(&photo) && inspect(&photo).unwrap().height == 800);
    let house = house("photo.jpg", &photo);
    let base_url = format!("author = \"urn:li:organization:2414183\"\nbase_url = \"{}\"", network.base_url());
    house.edit("ladder.toml", "author = \"urn:li:organization:1234567\"", &base_url);
    let secrets = [("LINKEDIN_ACCESS_TOKEN", "canary-52-token")];
    let preview = house.run_with(&["preview", "hello", "--format", "json"], &secrets).ends(0).json();
    house.run_with(&["publish", "hello", "--yes"], &secrets).ends(0);
    // On the network: upright, without a word beside its pixels, and as it was shown.
    let live = network.timeline().remove(0);
    let arrived = std::fs::read(house.path(&format!(".ladder/media/{}", live.media[0].sha256))).unwrap();
    assert_eq!(ladder::plan::key::hex_digest(&arrived), live.media[0].sha256);
    assert!(!tells(&arrived));
    let facts = inspect(&arrived).unwrap();
    assert_eq!((facts.width, facts.height, facts.orientation, facts.private), (600, 800, 1, false));
    let seen = image::load_from_memory(&arrived).unwrap().into_rgb8();
    assert!(seen.get_pixel(300, 50).0[0] > 150 && seen.get_pixel(300, 750).0[2] > 150);
    let shown = &variant(&preview, "linkedin")["parts"][0]["media"][0];
    assert_eq!((&shown["bytes"], &shown["width"]), (&facts.bytes.into(), &600.into()));
    assert!(shown["made"].as_str().unwrap().starts_with("saved anew, JPEG, "), "{shown}");
    // On the site: the same pixels, turned as they were.
    let page = house.files("public").into_iter().find(|name| name.ends_with("/photo.jpg")).unwrap();
    let written = std::fs::read(house.path(&page)).unwrap();
    let facts = inspect(&written).unwrap();
    assert!(!tells(&written) && !facts.private);
    assert_eq!((facts.orientation, facts.width, facts.height), (6, 600, 800));
    assert_eq!(image::load_from_memory(&written).unwrap(), image::load_from_memory(&photo).unwrap());
    // In the mail as well, whose HTML part calls it by its name there.
    let mails = house.files("mail").into_iter().filter(|name| name.contains("/new/"));
    let mails: Vec<String> = mails.collect();
    let raw = std::fs::read(house.path(&mails[0])).unwrap();
    let mail = mail_parser::MessageParser::new().parse(&raw).unwrap();
    let image = mail.attachments().find(|part| part.contents().starts_with(&[0xff, 0xd8])).unwrap();
    assert_eq!(image.contents(), written);
    let id = mail_parser::MimeHeaders::content_id(image).unwrap();
    assert!(mail.body_html(0).unwrap().contains(&format!("cid:{id}")), "{id}");
    // Nothing in the whole project but the photo itself tells it.
    let all = house.files("").into_iter().filter(|name| !name.ends_with("hello/photo.jpg"));
    let told: Vec<String> = all.filter(|name| tells(&std::fs::read(house.path(name)).unwrap())).collect();
    assert!(told.is_empty(), "{told:?}");
}

#[test]
fn a_plan_says_how_each_image_is_made_and_it_is_made_so_again() {
    let house = house("photo.jpg", &from_a_phone(300, 400));
    house.run(&["plan", "hello", "--out", "plan.json"]).ends(0);
    let plan: Value = serde_json::from_str(&house.read("plan.json")).unwrap();
    let step = plan["steps"].as_array().unwrap().iter().find(|step| step["rung"] == "linkedin").unwrap();
    let picture = &step["payload"]["parts"][0]["media"][0];
    assert_eq!(picture["made_from"]["how"]["jpeg"]["quality"], 90, "{picture}");
    house.run(&["publish", "plan.json", "--yes"]).ends(0);
    let kept = house.path(&format!(".ladder/media/{}", picture["sha256"].as_str().unwrap()));
    assert!(inspect(&std::fs::read(kept).unwrap()).is_ok());
    // With another photo in its place nothing is sent.
    let other = self::house("photo.jpg", &from_a_phone(300, 400));
    other.run(&["plan", "hello", "--out", "plan.json"]).ends(0);
    std::fs::write(other.path("messages/hello/photo.jpg"), from_a_phone(320, 400)).unwrap();
    let said = other.run(&["publish", "plan.json", "--yes"]);
    assert_ne!(said.code(), 0);
    assert!(said.err().contains("is no longer the file that was planned with"), "{}", said.err());
}

#[test]
fn crops_are_made_where_a_rung_asks_for_them() {
    let house = house("wide.png", &file(&two_halves(400, 200), ImageFormat::Png));
    house.edit(
        MESSAGE,
        "file = \"wide.png\"",
        "file = \"wide.png\"\ncrops = { \"1:1\" = [10, 0, 200, 200] }",
    );
    let rung = "attach = \"images\"";
    house.edit("content-ladders/at-once.toml", rung, &format!("{rung}\ncrop = \"2:2\""));
    let preview = house.run(&["preview", "hello", "--format", "json"]).ends(0).json();
    let shown = &variant(&preview, "linkedin")["parts"][0]["media"][0];
    assert_eq!((&shown["width"], &shown["height"]), (&200.into(), &200.into()));
    assert!(shown["made"].as_str().unwrap().starts_with("cropped to 200 × 200, PNG, "), "{shown}");
    let terminal = house.run(&["preview", "hello"]).ends(0).out();
    assert!(terminal.contains("wide.png (cropped to 200 × 200, PNG, "), "{terminal}");
    assert_eq!(variant(&preview, "blog")["cover"]["width"], 400);
    let mail = variant(&preview, "newsletter");
    assert_eq!((&mail["media"][0]["width"], &mail["media"][0]["made"]), (&400.into(), &Value::Null));
    // The mail's size is in its HTML part; the card's picture has the shape of cards.
    house.edit(MESSAGE, "+++\n\n", "\n[overrides.newsletter]\ncrop = \"1:1\"\n+++\n\n");
    house.edit(MESSAGE, "crops = { ", "crops = { \"1.91:1\" = [9, 9, 382, 191], ");
    house.edit("content-ladders/at-once.toml", "attach = \"images\"", "attach = \"card\"");
    let preview = house.run(&["preview", "hello", "--format", "json"]).ends(3).json();
    assert!(preview["diagnostics"].to_string().contains("is 382 × 191, which is another shape"));
    house.edit(MESSAGE, "382, 191]", "382, 200]");
    house.edit(MESSAGE, "[9, 9, ", "[9, 0, ");
    let preview = house.run(&["preview", "hello", "--format", "json"]).ends(0).json();
    let card = &variant(&preview, "linkedin")["card"]["image"];
    assert_eq!((&card["width"], &card["height"]), (&382.into(), &200.into()), "{card}");
    let mail = variant(&preview, "newsletter");
    assert_eq!((&mail["media"][0]["width"], &mail["media"][0]["height"]), (&200.into(), &200.into()));
    let html = mail["html"].as_str().unwrap();
    assert!(html.contains("width=\"200\"") && html.contains("height=\"200\""), "{html}");
    house.edit(MESSAGE, "\"1.91:1\" = [9, 0, 382, 200], ", "");

    for (wrong, says, column) in [
        ("\"1:1\" = [210, 0, 200, 200]", "does not lie in `wide.png`, which is 400 × 200", 19),
        ("\"1:1\" = [0, 0, 200, 180]", "is 200 × 180, which is another shape", 19),
        ("\"1:1\" = [0, 0, 0, 0]", "has no pixels", 19),
        ("\"1:1\" = [0, 0, -1, 9]", "is not four whole numbers", 19),
        ("\"1:1\" = [0, 0, 9]", "is not four whole numbers", 19),
        ("\"square\" = [0, 0, 9, 9]", "`square` is not the shape of an image", 11),
    ] {
        house.edit(MESSAGE, "\"1:1\" = [10, 0, 200, 200]", wrong);
        let json = house.run(&["check", "hello", "--format", "json"]).ends(3).json();
        let problems = json["diagnostics"].as_array().unwrap();
        let problem = problems.iter().find(|problem| problem["rule"] == "bad-crop").unwrap();
        assert!(problem["message"].as_str().unwrap().contains(says), "{problem}");
        assert_eq!((&problem["file"], &problem["column"]), (&MESSAGE.into(), &column.into()), "{problem}");
        assert!(problem["line"].as_u64().unwrap() > 1);
        house.edit(MESSAGE, wrong, "\"1:1\" = [10, 0, 200, 200]");
    }
}

#[test]
fn what_cannot_be_made_to_fit_is_refused_with_the_reason() {
    let mut moving = Vec::new();
    let mut encoder = image::codecs::gif::GifEncoder::new(&mut moving);
    for red in [0, 200] {
        let frame = image::RgbaImage::from_pixel(20, 10, image::Rgba([red, 0, 0, 255]));
        encoder.encode_frame(image::Frame::new(frame)).unwrap();
    }
    drop(encoder);
    let by_hand =
        |network: &str| format!("[channels.linkedin]\nadapter = \"manual\"\nnetwork = \"{network}\"\n");
    let with_network = |name: &str, bytes: &[u8], network: &str| {
        let house = house(name, bytes);
        let project = house.read("ladder.toml");
        let from = project.find("[channels.linkedin]").unwrap();
        let to = project[from + 1..].find("\n[").map_or(project.len(), |at| from + 1 + at);
        house.write("ladder.toml", &(project[..from].to_owned() + &by_hand(network) + &project[to..]));
        house
    };
    let house = with_network("moving.gif", &moving, "bluesky");
    let said = house.run(&["check", "hello", "--format", "json"]).ends(3);
    assert!(rules(&said).contains(&"image-format".to_owned()), "{}", said.out());
    assert!(
        said.out().contains("`moving.gif` is animated, and Bluesky takes no animated image of that kind"),
        "{}",
        said.out()
    );
    // A card goes without its picture, and that is said.
    let ladder = house.read("content-ladders/at-once.toml");
    let ladder = ladder.replace("attach = \"images\"", "attach = \"card\"");
    house.write("content-ladders/at-once.toml", &ladder);
    let said = house.run(&["check", "hello", "--format", "json"]).ends(0);
    let all = said.json();
    let told =
        all["diagnostics"].as_array().unwrap().iter().find(|problem| problem["rule"] == "image-format");
    let told = told.unwrap_or_else(|| panic!("{all}"));
    assert_eq!(told["severity"], "warning", "{told}");
    let says = told["message"].as_str().unwrap();
    assert!(
        says.starts_with("`moving.gif` is animated") && says.ends_with("the card goes without its picture"),
        "{says}"
    );
    let preview = house.run(&["preview", "hello", "--format", "json"]).ends(0).json();
    let shown = variant(&preview, "linkedin");
    assert!(shown["card"]["title"].is_string() && shown["card"]["image"].is_null(), "{shown}");
    // Where it does, it goes as it is.
    let house = with_network("moving.gif", &moving, "mastodon");
    let preview = house.run(&["preview", "hello", "--format", "json"]).ends(0).json();
    let shown = &variant(&preview, "linkedin")["parts"][0]["media"][0];
    assert_eq!((&shown["bytes"], &shown["made"]), (&moving.len().into(), &Value::Null));

    let wide = file(&two_halves(400, 100), ImageFormat::Png);
    let house = with_network("wide.png", &wide, "instagram");
    let said = house.run(&["check", "hello", "--format", "json"]).ends(3);
    assert!(rules(&said).contains(&"image-shape".to_owned()), "{}", said.out());
    house.edit(MESSAGE, "file = \"wide.png\"", "file = \"wide.png\"\ncrops = { \"1:1\" = [0, 0, 100, 100] }");
    house.edit("ladder.toml", "network = \"instagram\"", "network = \"instagram\"\ncrop = \"1:1\"");
    let said = house.run(&["check", "hello", "--format", "json"]).ends(0);
    assert!(!rules(&said).contains(&"image-shape".to_owned()), "{}", said.out());
}

#[test]
fn an_image_that_lies_about_its_kind_goes_out_under_the_right_name() {
    let house = house("photo.png", &file(&two_halves(64, 48), ImageFormat::Jpeg));
    let said = house.run(&["check", "hello", "--deny-warnings", "--format", "json"]).ends(0);
    assert!(rules(&said).contains(&"misnamed-image".to_owned()), "{}", said.out());
    house.run(&["publish", "hello", "--yes"]).ends(0);
    let files = house.files("public");
    assert!(files.iter().any(|name| name.ends_with("/photo.jpg")), "{files:?}");
    assert!(!files.iter().any(|name| name.ends_with("/photo.png")), "{files:?}");
    let page =
        files.iter().find(|name| name.ends_with("hello/index.html") || name.ends_with("channel/index.html"));
    assert!(page.is_none_or(|page| house.read(page).contains("photo.jpg")), "{files:?}");
}

#[test]
fn the_picture_of_a_linked_pages_card_is_made_to_fit_or_left_out() {
    let photo = from_a_phone(300, 400);
    let mut moving = Vec::new();
    let mut encoder = image::codecs::gif::GifEncoder::new(&mut moving);
    for red in [0, 200] {
        let frame = image::RgbaImage::from_pixel(20, 10, image::Rgba([red, 0, 0, 255]));
        encoder.encode_frame(image::Frame::new(frame)).unwrap();
    }
    drop(encoder);
    let house = House::new();
    house.write("content-ladders/at-once.toml", "[rungs.post]\nchannel = \"card\"\nattach = \"card\"\n");
    let project = house.read("ladder.toml");
    house.write(
        "ladder.toml",
        &format!("{project}\n[channels.card]\nadapter = \"manual\"\nnetwork = \"bluesky\"\ntext = \"It landed. {{{{ link }}}}\"\n"),
    );
    house.edit(MESSAGE, "tags = [", "link = \"https://acme.example/page\"\ntags = [");
    let card = |bytes: &[u8], mime: &str| {
        let facts = inspect(bytes).unwrap();
        let path = format!(".ladder/cards/{}.img", facts.sha256);
        std::fs::create_dir_all(house.path(".ladder/cards")).unwrap();
        std::fs::write(house.path(&path), bytes).unwrap();
        let image = serde_json::json!({ "path": path, "name": "page.img", "alt": "", "mime": mime,
            "sha256": facts.sha256, "bytes": facts.bytes, "width": facts.width, "height": facts.height });
        let cards = serde_json::json!({ "https://acme.example/page": {
            "read": "2026-11-01T09:00:00Z", "title": "The page", "description": "Of it", "image": image } });
        house.write(".ladder/cards/cards.json", &cards.to_string());
        let preview = house.run(&["preview", "hello", "--format", "json"]).ends(0).json();
        variant(&preview, "post")["card"].clone()
    };
    let shown = card(&photo, "image/jpeg");
    assert_eq!(shown["title"], "The page");
    assert!(shown["image"]["made"].as_str().unwrap().starts_with("saved anew, JPEG, "), "{shown}");
    assert_eq!(card(&moving, "image/gif")["image"], Value::Null);
}
