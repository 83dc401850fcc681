//! Where a site may be written to, and which keys of its pages are its own.

use super::*;

/// What is wrong with a channel's table: rule, the text that is pointed at, message.
fn problems(table: &str) -> Vec<(&'static str, String, String)> {
    let table = format!("adapter = \"static-site\"\n{table}\n");
    let whole = format!("[brand]\nname = \"Acme\"\n[channels.blog]\n{table}");
    let shown = |problem: Diagnostic| {
        assert!(problem.hint.is_some(), "{}", problem.message);
        let place = problem.span.map(|span| whole[span.start..span.end].to_owned());
        (problem.rule, place.unwrap_or_default(), problem.message)
    };
    fixture::configured(&table).problems.into_iter().map(shown).collect()
}

#[test]
fn keys_that_publishing_relies_on_are_not_written_over() {
    for (preset, front, place) in [
        ("hugo", "ladder_key = \"x\"", "ladder_key"),
        ("hugo", "Ladder_ID = \"x\"", "Ladder_ID"),
        ("hugo", "params = { ladder_key = \"x\" }", "ladder_key"),
        ("hugo", "slug = \"x\"", "slug"),
        ("zola", "extra = { ladder_id = \"x\" }", "ladder_id"),
        ("zola", "extra = 1", "1"),
        ("zola", "slug = \"x\"", "slug"),
        ("jekyll", "permalink = \"/x/\"", "permalink"),
        ("jekyll", "ladder_key = \"x\"", "ladder_key"),
        ("eleventy", "permalink = \"/x/\"", "permalink"),
        ("eleventy", "templateEngineOverride = \"njk,md\"", "templateEngineOverride"),
    ] {
        let table = format!("preset = \"{preset}\"\ndirectory = \"site\"\nfront_matter = {{ {front} }}");
        let said = problems(&table);
        assert_eq!(said.len(), 1, "{front}: {said:?}");
        let (rule, at, message) = &said[0];
        assert_eq!(at, place, "{message}");
        assert!(matches!(*rule, "wrong-value" | "wrong-type"), "{rule}");
    }
    for (preset, front) in [
        ("hugo", "author = \"Ada\", draft = true, params = { slug = \"x\" }, permalink = \"x\""),
        ("zola", "extra = { author = \"Ada\" }"),
        ("jekyll", "extra = 1, layout = \"post\""),
    ] {
        let table = format!("preset = \"{preset}\"\ndirectory = \"site\"\nfront_matter = {{ {front} }}");
        assert_eq!(problems(&table), [], "{front}");
    }
}

#[test]
fn a_directory_is_a_folder_of_its_own() {
    for bad in [
        ".",
        "./",
        "",
        " ",
        "messages",
        "./Templates/x",
        "site/.git",
        ".ladder",
        "site/con",
        "nul.d",
        "site /x",
    ] {
        let said = problems(&format!("preset = \"html\"\ndirectory = \"{bad}\""));
        let found: Vec<_> = said.iter().map(|(rule, at, _)| (*rule, at.as_str())).collect();
        assert_eq!(found, [("path-outside", format!("\"{bad}\"").as_str())], "{bad:?}: {said:?}");
    }
    for good in ["site", "./site/posts/", "public/messages", "a b"] {
        assert_eq!(problems(&format!("preset = \"html\"\ndirectory = \"{good}\"")), [], "{good:?}");
    }
    let said = problems("preset = \"jekyll\"\ndirectory = \"site/_posts\"\nassets = \" \"");
    assert_eq!(said.len(), 1, "{said:?}");
}

/// Jekyll's images go beside `_posts`, under the slug.
#[tokio::test]
async fn a_slug_does_not_lead_into_the_projects_own_folders() {
    let site = StaticSite { directory: "_posts".to_owned(), assets: ".".to_owned(), ..site(Preset::Jekyll) };
    for slug in ["messages", "templates", "Content-Ladders"] {
        let article = Article { slug: slug.to_owned(), ..fixture::article() };
        let payload = site.payload(&Variant::Article(article.clone()), &fixture::identity());
        let problem = payload.problems.iter().find(|problem| problem.rule == "bad-slug");
        assert!(problem.is_some_and(|problem| problem.hint.is_some()), "{slug}");
        // Of a plan that was made before, nothing is written either.
        let project = tempfile::tempdir().unwrap();
        let taken = slug.to_lowercase();
        fs::create_dir(project.path().join(&taken)).unwrap();
        let attempt = attempt_at(project.path(), article);
        let error = site.send(&payload.value.unwrap().parts[0], &attempt).await.unwrap_err();
        assert!(
            matches!(&error, SendError::Mendable { says } if says.contains("not for writing")),
            "{error:?}"
        );
        assert_eq!(fs::read_dir(project.path().join(taken)).unwrap().count(), 0);
    }
    for slug in ["con", "NUL", "com1", ".git", ".ladder"] {
        let article = Article { slug: slug.to_owned(), ..fixture::article() };
        let payload = site.payload(&Variant::Article(article), &fixture::identity());
        assert!(payload.problems.iter().any(|problem| problem.rule == "bad-slug"), "{slug}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_into_the_projects_own_folders_is_not_followed() {
    for target in [".git", "messages", ".ladder", "content-ladders/x"] {
        let site = StaticSite { directory: "pub".to_owned(), ..site(Preset::Html) };
        let project = tempfile::tempdir().unwrap();
        let own = project.path().join(target);
        fs::create_dir_all(&own).unwrap();
        std::os::unix::fs::symlink(target, project.path().join("pub")).unwrap();
        let Ready::No(why) = site.ready(project.path()).await else { panic!("{target}") };
        assert!(why[0].contains("not for writing into"), "{why:?}");
        let error = send(&site, &attempt_at(project.path(), fixture::article())).await.unwrap_err();
        assert!(matches!(error, SendError::Mendable { .. }), "{error:?}");
        // The fixture keeps the images below `.ladder`.
        assert!(
            ["rocket-2", "index.html", "feed.xml"].iter().all(|name| !own.join(name).exists()),
            "{target}"
        );
    }
}

/// What comes again on another day has the same images, in the same folder.
#[tokio::test]
async fn an_image_stays_for_the_other_page_that_shows_it() {
    for (preset, other) in
        [(Preset::Jekyll, "_posts/2026-12-05-rocket-2.md"), (Preset::Hugo, "posts/rocket-2/index.de.md")]
    {
        let mut site = site(preset);
        site.address = None;
        let first = sent(&site, Article { date: None, ..fixture::article() }).await;
        let receipt = first.result.as_ref().unwrap();
        let images = || {
            let folder = first.project.path().join("site");
            let folders = [
                folder.join("assets/posts/rocket-2"),
                folder.join("posts/rocket-2"),
                folder.join("assets/rocket-2"),
            ];
            let all = folders.iter().flat_map(|folder| fs::read_dir(folder).into_iter().flatten().flatten());
            all.filter(|entry| entry.path().extension().is_some_and(|ending| ending == "png")).count()
        };
        assert!(images() > 0, "{preset:?}");
        let theirs = first.project.path().join("site").join(other);
        fs::write(&theirs, "theirs").unwrap();
        let part =
            site.payload(&first.attempt.variant, &first.attempt.identity).value.unwrap().parts.remove(0);
        assert_eq!(site.take_down(&part, receipt, &first.attempt).await.unwrap(), Removed::Gone);
        assert!(images() > 0, "{preset:?}");
        fs::remove_file(theirs).unwrap();
        assert_eq!(site.take_down(&part, receipt, &first.attempt).await.unwrap(), Removed::Already);
        assert_eq!(images(), 0, "{preset:?}");
    }
}
