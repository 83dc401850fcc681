//! Whole files or nothing, and never outside of the folder.

use super::*;

#[test]
fn a_file_is_written_whole_and_replaced() {
    let project = tempfile::tempdir().unwrap();
    let folder = Folder::new(project.path(), "a/b").unwrap();
    assert!(folder.writable().is_ok());
    assert_eq!(folder.read("c/d.txt").unwrap(), None);
    folder.write("c/d.txt", b"one").unwrap();
    folder.keep("c/d.txt", b"two").unwrap();
    assert_eq!(folder.read("c/d.txt").unwrap().unwrap(), b"two");
    assert_eq!(folder.shown("c/d.txt"), "a/b/c/d.txt");
    assert_eq!(folder.join("c").unwrap().names().unwrap(), ["d.txt"]);
    // Of a run that died while writing, nothing stays; of one that writes, all.
    fs::write(project.path().join("a/b/c/.ladder-0-7.tmp"), b"half").unwrap();
    let (others, written) = draft(&project.path().join("a/b/c")).unwrap();
    folder.write("c/e.txt", b"three").unwrap();
    let others = others.file_name().unwrap().to_string_lossy().into_owned();
    assert_eq!(folder.join("c").unwrap().names().unwrap(), [&others, "d.txt", "e.txt"]);
    drop(written);
    folder.write("c/e.txt", b"four").unwrap();
    assert_eq!(folder.join("c").unwrap().names().unwrap(), ["d.txt", "e.txt"]);
}

#[test]
fn what_is_empty_goes_with_what_it_was_alone_in() {
    let project = tempfile::tempdir().unwrap();
    let top = Folder::new(project.path(), "./a").unwrap();
    let folder = top.join("b/c").unwrap();
    folder.write("d.txt", b"ours").unwrap();
    let there = |path: &str| project.path().join(path).exists();
    folder.remove_if_empty(".").unwrap();
    assert!(there("a/b/c/d.txt"));
    folder.remove("d.txt").unwrap();
    fs::write(project.path().join("a/b/theirs.txt"), "theirs").unwrap();
    folder.remove_if_empty(".").unwrap();
    assert!(there("a/b/theirs.txt") && !there("a/b/c"));
    fs::remove_file(project.path().join("a/b/theirs.txt")).unwrap();
    top.remove_if_empty("b/c").unwrap();
    assert!(there("a") && !there("a/b"));
    top.remove_if_empty(".").unwrap();
    assert!(there("a"));
}

#[cfg(unix)]
#[test]
fn a_link_that_leaves_the_project_is_not_followed() {
    let project = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), project.path().join("out")).unwrap();
    let folder = Folder::new(project.path(), "out/posts").unwrap();
    assert!(folder.writable().is_err());
    let error = folder.write("a.md", b"x").unwrap_err();
    assert!(matches!(error, SendError::Mendable { .. }), "{error:?}");
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
    // A link in the place of a file is replaced, not followed.
    let target = elsewhere.path().join("target");
    fs::write(&target, "theirs").unwrap();
    std::os::unix::fs::symlink(&target, project.path().join("b.md")).unwrap();
    let here = Folder::new(project.path(), ".").unwrap();
    assert!(matches!(here.read("b.md"), Err(SendError::Mendable { .. })));
    here.write("b.md", b"ours").unwrap();
    assert_eq!(fs::read_to_string(&target).unwrap(), "theirs");
}

/// A folder of the channel's may be a link within the project; what is in it may not
/// lead to what is not the channel's.
#[cfg(unix)]
#[test]
fn a_link_that_leaves_the_channels_folder_is_refused() {
    let project = tempfile::tempdir().unwrap();
    let link = |to: &str, from: &str| {
        std::os::unix::fs::symlink(project.path().join(to), project.path().join(from)).unwrap();
    };
    for folder in ["site/public/real", "theirs"] {
        fs::create_dir_all(project.path().join(folder)).unwrap();
    }
    link("site/public", "public");
    link("theirs", "public/page");
    link("site/public/real", "public/alias");
    fs::write(project.path().join("theirs/index.html"), "theirs").unwrap();
    let folder = Folder::new(project.path(), "public").unwrap();
    assert!(folder.writable().is_ok());
    let within = folder.join("page").unwrap();
    let refused = |outcome: Result<(), SendError>| {
        let error = outcome.unwrap_err();
        let says = "`public/page` leads out of `public` through a link: take the link away";
        assert!(matches!(&error, SendError::Mendable { says: said } if said == says), "{error:?}");
    };
    refused(folder.write("page/a.md", b"x"));
    refused(within.write("a.md", b"x"));
    refused(folder.remove("page/index.html"));
    refused(folder.remove_if_empty("page"));
    refused(folder.read("page/index.html").map(|_| ()));
    assert!(within.writable().is_err());
    assert_eq!(within.names().unwrap(), ["index.html"]);
    folder.write("alias/a.md", b"x").unwrap();
    assert_eq!(fs::read(project.path().join("site/public/real/a.md")).unwrap(), b"x");
}

/// Channels without credentials share the outbox, and look at it together, while one
/// of them takes its own away.
#[test]
fn many_look_at_one_folder_at_the_same_time() {
    let project = tempfile::tempdir().unwrap();
    let folder = Folder::new(project.path(), "outbox/m").unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..50).for_each(|_| assert_eq!(folder.writable(), Ok(()))));
        }
        let path = project.path().join("outbox/m");
        scope.spawn(move || {
            for _ in 0..200 {
                let _ = fs::create_dir_all(&path);
                let _ = fs::remove_dir(&path);
            }
        });
    });
    let top = Folder::new(project.path(), ".").unwrap();
    assert!(
        top.names().unwrap().iter().all(|name| !name.starts_with(".ladder")),
        "{:?}",
        top.names().unwrap()
    );
}

/// What is in the place of a file stays there, and keeps nobody waiting.
#[cfg(unix)]
#[test]
fn a_fifo_is_not_read() {
    let project = tempfile::tempdir().unwrap();
    let made = std::process::Command::new("mkfifo").arg(project.path().join("a.xml")).status();
    assert!(made.is_ok_and(|made| made.success()));
    fs::create_dir(project.path().join("b.xml")).unwrap();
    let folder = Folder::new(project.path(), ".").unwrap();
    for name in ["a.xml", "b.xml"] {
        let error = folder.keep(name, b"x").unwrap_err();
        let says = format!("`{name}` is in the way");
        assert!(matches!(&error, SendError::Mendable { says: said } if said.starts_with(&says)), "{error:?}");
    }
}

#[test]
fn what_is_closed_is_held_and_a_full_disk_is_waited_for() {
    let project = tempfile::tempdir().unwrap();
    let folder = Folder::new(project.path(), "a").unwrap();
    let trouble = |kind: ErrorKind| folder.trouble("write", "b.md", &kind.into());
    for closed in [ErrorKind::PermissionDenied, ErrorKind::ReadOnlyFilesystem] {
        let held = trouble(closed);
        assert!(matches!(&held, SendError::Mendable { says } if says.contains("`a/b.md`")), "{held:?}");
    }
    assert!(matches!(trouble(ErrorKind::StorageFull), SendError::NotYet { wait: Some(_), .. }));
    assert!(matches!(trouble(ErrorKind::InvalidFilename), SendError::Refused { .. }));
}

#[test]
fn pictures_are_checked_against_their_digest() {
    let media = tempfile::tempdir().unwrap();
    let digest = crate::plan::key::hex_digest(b"bytes");
    fs::write(media.path().join(&digest), b"bytes").unwrap();
    let mut picture = crate::channel::fixture::picture("a.png", b"bytes");
    assert_eq!(picture_bytes(media.path(), &picture).unwrap(), b"bytes");
    fs::write(media.path().join(&digest), b"other").unwrap();
    assert!(matches!(picture_bytes(media.path(), &picture), Err(SendError::Refused { .. })));
    picture.sha256 = "../../etc/passwd".to_owned();
    assert!(matches!(picture_bytes(media.path(), &picture), Err(SendError::Refused { .. })));
}

/// Permissions say nothing to who may everything: a link that leads in a circle does.
#[cfg(unix)]
#[test]
fn what_cannot_be_looked_into_is_not_empty() {
    let project = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("circle", project.path().join("circle")).unwrap();
    fs::write(project.path().join("file"), "x").unwrap();
    let folder = Folder::new(project.path(), ".").unwrap();
    assert_eq!(folder.names().unwrap(), ["circle", "file"]);
    assert!(folder.join("circle").unwrap().names().is_err());
    assert!(folder.read("circle/a").is_err());
    for none in ["none", "file"] {
        assert!(folder.join(none).unwrap().names().unwrap().is_empty());
        assert_eq!(folder.read(&format!("{none}/a")).unwrap(), None);
    }
}
