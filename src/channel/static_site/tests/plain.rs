//! The plain site: runs that die midway, and what people change by hand.

use super::*;

const FILES: [&str; 3] = ["rocket-2/index.html", "index.html", "feed.xml"];

fn in_site(file: &str) -> String {
    format!("site/posts/{file}")
}

/// Appends a word to a file of the site, as somebody who works on it by hand would.
fn work_on(sent: &Sent, file: &str) -> String {
    let text = sent.file(&in_site(file)) + "<!-- by hand -->\n";
    fs::write(sent.project.path().join(in_site(file)), &text).unwrap();
    text
}

/// The same message once more, with another title.
fn again(first: &Sent, generation: u32, title: &str) -> Attempt {
    let article = Article { title: title.to_owned(), ..fixture::article() };
    let mut again = attempt_at(first.project.path(), article);
    again.identity.generation = generation;
    again.key = again.identity.key();
    again
}

fn part_of(site: &StaticSite, attempt: &Attempt) -> PayloadPart {
    site.payload(&attempt.variant, &attempt.identity).value.unwrap().parts.remove(0)
}

/// A message of its own, beside the others.
fn other(first: &Sent, slug: &str) -> Attempt {
    let mut other = attempt_at(first.project.path(), Article { slug: slug.to_owned(), ..fixture::article() });
    other.identity.message = slug.to_owned();
    other.key = other.identity.key();
    other
}

/// A second generation that died after any of its files: the run that goes on says its
/// words everywhere, and taking it down takes whichever page of ours stands.
#[tokio::test]
async fn a_run_that_stopped_midway_is_gone_on_with() {
    let site = site(Preset::Html);
    for stopped in 0..FILES.len() {
        let first = sent(&site, fixture::article()).await;
        first.result.as_ref().unwrap();
        let before = FILES.map(|file| first.file(&in_site(file)));
        let again = again(&first, 1, "Second thoughts");
        let receipt = send(&site, &again).await.unwrap();
        let put_back = || {
            for (file, text) in FILES.iter().zip(&before).skip(stopped) {
                fs::write(first.project.path().join(in_site(file)), text).unwrap();
            }
        };
        put_back();
        let part = part_of(&site, &again);
        assert_eq!(site.find(&part, &again).await.unwrap(), Found::Absent, "{stopped}");
        assert_eq!(send(&site, &again).await.unwrap(), receipt);
        for file in FILES {
            assert!(first.file(&in_site(file)).contains("Second thoughts"), "{stopped}: {file}");
        }
        assert_eq!(site.find(&part, &again).await.unwrap(), Found::Sent(receipt));
        put_back();
        let withdrawn = Attempt { withdrawn: true, ..again.clone() };
        let Found::Sent(receipt) = site.find(&part, &withdrawn).await.unwrap() else { panic!("{stopped}") };
        assert_eq!(site.take_down(&part, &receipt, &withdrawn).await.unwrap(), Removed::Gone, "{stopped}");
        assert!(!first.project.path().join("site/posts/rocket-2").exists());
        assert!(!first.file("site/posts/feed.xml").contains("Rocket 2"));
    }
}

/// The first publication too: a page that is on no list is not out.
#[tokio::test]
async fn a_page_that_is_on_no_list_is_not_whole() {
    let site = site(Preset::Html);
    let first = sent(&site, fixture::article()).await;
    let lists = FILES.map(|file| first.file(&in_site(file)));
    let second = other(&first, "second");
    send(&site, &second).await.unwrap();
    for at in 1..FILES.len() {
        fs::write(first.project.path().join(in_site(FILES[at])), &lists[at]).unwrap();
        assert_eq!(site.find(&part_of(&site, &second), &second).await.unwrap(), Found::Absent);
        send(&site, &second).await.unwrap();
        assert!(first.file(&in_site(FILES[at])).contains("second/"));
    }
}

/// An edit that died between record and page, and was given other words then.
#[tokio::test]
async fn an_edit_that_stopped_midway_can_be_edited() {
    let site = site(Preset::Html);
    let first = sent(&site, fixture::article()).await;
    let receipt = first.result.as_ref().unwrap().clone();
    let old = first.file(&in_site(FILES[0]));
    let (before, edited) = (part_of(&site, &first.attempt), again(&first, 0, "Edited"));
    let change =
        |title: &str| Change { before: before.clone(), after: part_of(&site, &again(&first, 0, title)) };
    let done = site.edit(&change("Edited"), &receipt, &edited).await.unwrap();
    assert!(matches!(done, Edited::Done(_)), "{done:?}");
    for page in [Some(old), None] {
        // Once the page is the old one, once the new one; the receipt is that of before.
        if let Some(page) = page {
            fs::write(first.project.path().join(in_site(FILES[0])), page).unwrap();
        }
        let done = site.edit(&change("Better"), &receipt, &edited).await.unwrap();
        assert!(matches!(done, Edited::Done(_)), "{done:?}");
        for file in FILES {
            assert!(first.file(&in_site(file)).contains("Better"), "{file}");
        }
    }
    let text = work_on(&first, FILES[0]);
    let stays = site.edit(&change("Edited"), &receipt, &edited).await.unwrap();
    assert!(matches!(&stays, Edited::Stays(why) if why.contains("was changed")), "{stays:?}");
    assert_eq!(first.file(&in_site(FILES[0])), text);
}

/// Left out of the list, it would be lost to readers without a word.
#[tokio::test]
async fn a_record_that_cannot_be_read_holds_the_list() {
    let site = site(Preset::Html);
    let first = sent(&site, fixture::article()).await;
    let record = first.project.path().join("site/posts/rocket-2/ladder.json");
    let list = first.file("site/posts/index.html");
    let second = other(&first, "second");
    let kept = fs::read(&record).unwrap();
    fs::write(&record, "rubbish").unwrap();
    for attempt in [&second, &again(&first, 1, "Second thoughts")] {
        let error = send(&site, attempt).await.unwrap_err();
        let SendError::Mendable { says } = &error else { panic!("{error:?}") };
        assert!(says.contains("`site/posts/rocket-2/ladder.json`") && says.contains("put it back"), "{says}");
    }
    assert_eq!(first.file("site/posts/index.html"), list);
    assert!(!first.project.path().join("site/posts/second").exists());
    // It is not said to be gone, either.
    let withdrawn = Attempt { withdrawn: true, ..first.attempt.clone() };
    assert!(site.find(&part_of(&site, &withdrawn), &withdrawn).await.is_err());
    fs::write(&record, kept).unwrap();
    send(&site, &second).await.unwrap();
    let list = first.file("site/posts/index.html");
    assert!(list.contains("second/") && list.contains("rocket-2/"), "{list}");
}

/// A page of ours without its record would be left out as well; one of somebody else's is
/// none of ours.
#[tokio::test]
async fn a_record_that_is_gone_holds_the_list() {
    let site = site(Preset::Html);
    let first = sent(&site, fixture::article()).await;
    let about = first.project.path().join("site/posts/about/index.html");
    fs::create_dir(about.parent().unwrap()).unwrap();
    fs::write(about, "<p>About ladder-static-site</p>").unwrap();
    let record = first.project.path().join("site/posts/rocket-2/ladder.json");
    let kept = fs::read(&record).unwrap();
    fs::remove_file(&record).unwrap();
    let list = first.file("site/posts/index.html");
    let second = other(&first, "second");
    let error = send(&site, &second).await.unwrap_err();
    let SendError::Mendable { says } = &error else { panic!("{error:?}") };
    assert!(says.contains("`site/posts/rocket-2/ladder.json` is missing"), "{says}");
    assert_eq!(first.file("site/posts/index.html"), list);
    fs::write(&record, kept).unwrap();
    send(&site, &second).await.unwrap();
    let list = first.file("site/posts/index.html");
    assert!(list.contains("second/") && list.contains("rocket-2/") && !list.contains("about/"), "{list}");
}

/// With another delivery's name in it, a page stands all the same.
#[tokio::test]
async fn a_page_whose_delivery_was_renamed_is_not_gone() {
    for (preset, file) in
        [(Preset::Html, "site/posts/rocket-2/ladder.json"), (Preset::Hugo, "site/posts/rocket-2/index.md")]
    {
        let site = site(preset);
        let first = sent(&site, fixture::article()).await;
        let receipt = first.result.as_ref().unwrap();
        let named = first.file(file).replace(&first.attempt.key.0, "somebody");
        assert!(named.contains("somebody"), "{named}");
        fs::write(first.project.path().join(file), named).unwrap();
        let part = part_of(&site, &first.attempt);
        let removed = site.take_down(&part, receipt, &first.attempt).await.unwrap();
        assert!(matches!(&removed, Removed::Stays(why) if why.contains("was changed")), "{removed:?}");
    }
}

/// What went out keeps its delivery's key, whatever its account is called by now.
#[tokio::test]
async fn a_page_of_an_account_that_was_renamed_is_taken_down() {
    let site = site(Preset::Hugo);
    let first = sent(&site, fixture::article()).await;
    let receipt = first.result.as_ref().unwrap();
    let mut attempt = first.attempt.clone();
    attempt.identity.account = "static-site:renamed".to_owned();
    let removed = site.take_down(&part_of(&site, &attempt), receipt, &attempt).await.unwrap();
    assert_eq!(removed, Removed::Gone);
}

/// Nor is one that stands under another name.
#[tokio::test]
async fn a_page_that_was_moved_is_not_gone() {
    for (preset, from, to) in [
        (Preset::Html, "site/posts/rocket-2", "site/posts/renamed"),
        (Preset::Hugo, "site/posts/rocket-2", "site/posts/renamed"),
        (Preset::Hugo, "site/posts/rocket-2/index.md", "site/posts/renamed.md"),
        (Preset::Jekyll, "", "site/_posts/2026-12-01-renamed.md"),
    ] {
        let site = site(preset);
        let first = sent(&site, fixture::article()).await;
        let receipt = first.result.as_ref().unwrap();
        // Of Jekyll: the day that its name begins with is the one it was published on.
        let from = if from.is_empty() { receipt.detail.as_deref().unwrap() } else { from };
        let [from, there] = [from, to].map(|path| first.project.path().join(path));
        fs::rename(&from, &there).unwrap();
        let part = part_of(&site, &first.attempt);
        let removed = site.take_down(&part, receipt, &first.attempt).await.unwrap();
        assert!(matches!(&removed, Removed::Stays(why) if why.contains(to)), "{to}: {removed:?}");
        fs::rename(there, from).unwrap();
        assert_eq!(site.take_down(&part, receipt, &first.attempt).await.unwrap(), Removed::Gone);
        assert_eq!(site.take_down(&part, receipt, &first.attempt).await.unwrap(), Removed::Already);
    }
}

/// Nobody's work is written over, whichever file it is in.
#[tokio::test]
async fn what_somebody_has_worked_on_is_held() {
    let site = site(Preset::Html);
    for file in FILES {
        let first = sent(&site, fixture::article()).await;
        let receipt = first.result.as_ref().unwrap().clone();
        let text = work_on(&first, file);
        let second = again(&first, 1, "Second thoughts");
        let error = send(&site, &second).await.unwrap_err();
        let SendError::Mendable { says } = &error else { panic!("{error:?}") };
        assert!(says.contains(&in_site(file)) && says.contains("delete the file"), "{says}");
        assert_eq!(first.file(&in_site(file)), text);
        let part = part_of(&site, &first.attempt);
        let removed = site.take_down(&part, &receipt, &first.attempt).await.unwrap();
        match removed {
            Removed::Stays(why) if file == FILES[0] => assert!(why.contains("was changed"), "{why}"),
            Removed::GoneExcept(left) => assert!(left.contains(&in_site(file)), "{left}"),
            other => panic!("{file}: {other:?}"),
        }
        assert_eq!(first.file(&in_site(file)), text);
        // As it was told.
        fs::remove_file(first.project.path().join(in_site(file))).unwrap();
        send(&site, &second).await.unwrap();
        for file in FILES {
            assert!(first.file(&in_site(file)).contains("Second thoughts"), "{file}");
        }
    }
}

/// Lists and records of before there were digests are ours as they are.
#[tokio::test]
async fn a_site_without_digests_is_taken_over() {
    let site = site(Preset::Html);
    let first = sent(&site, fixture::article()).await;
    for file in &FILES[1..] {
        let text = first.file(&in_site(file));
        let (head, tail) = text.split_once("ladder-static-site ").unwrap();
        let without = format!("{head}ladder-static-site{}", &tail[64..]);
        fs::write(first.project.path().join(in_site(file)), without).unwrap();
    }
    let record = "site/posts/rocket-2/ladder.json";
    let mut old: Value = serde_json::from_str(&first.file(record)).unwrap();
    old.as_object_mut().unwrap().remove("page").unwrap();
    fs::write(first.project.path().join(record), old.to_string()).unwrap();
    let part = part_of(&site, &first.attempt);
    let withdrawn = Attempt { withdrawn: true, ..first.attempt.clone() };
    assert!(matches!(site.find(&part, &withdrawn).await.unwrap(), Found::Sent(_)));
    send(&site, &again(&first, 1, "Second thoughts")).await.unwrap();
    for file in FILES {
        assert!(first.file(&in_site(file)).contains("Second thoughts"), "{file}");
    }
}

/// Page and list of a language that goes from the right, and one of the other kind on it.
#[tokio::test]
async fn what_is_read_from_the_right_stands_so() {
    let site = site(Preset::Html);
    let first = sent(&site, fixture::article()).await;
    let arabic = Article { slug: "suppe".to_owned(), language: "ar".to_owned(), ..fixture::article() };
    let mut arabic = attempt_at(first.project.path(), arabic);
    arabic.identity.message = "suppe".to_owned();
    arabic.key = arabic.identity.key();
    send(&site, &arabic).await.unwrap();
    assert!(first.file("site/posts/suppe/index.html").contains("<html lang=\"ar\" dir=\"rtl\">"));
    assert!(!first.file("site/posts/rocket-2/index.html").contains("dir="));
    let list = first.file("site/posts/index.html");
    assert!(list.contains("<li lang=\"ar\" dir=\"rtl\">") && list.contains("<html lang=\"en\">"), "{list}");
}

#[tokio::test]
async fn an_image_of_somebody_else_stays() {
    let site = site(Preset::Html);
    let project = tempfile::tempdir().unwrap();
    let image = project.path().join("site/posts/rocket-2/rocket.png");
    fs::create_dir_all(image.parent().unwrap()).unwrap();
    fs::write(&image, "theirs").unwrap();
    let error = send(&site, &attempt_at(project.path(), fixture::article())).await.unwrap_err();
    assert!(matches!(&error, SendError::Refused { says } if says.contains("another image")), "{error:?}");
    assert_eq!(fs::read(&image).unwrap(), b"theirs");
}
