//! What people change in a feed's folder by hand.

use super::*;

#[tokio::test]
async fn what_is_not_ours_or_was_worked_on_stays() {
    for (name, theirs) in [
        ("feed.json", "{\"items\": [{\"id\": \"mine\"}]}".to_owned()),
        ("rss.xml", "<rss>ladder-feed</rss>".to_owned()),
    ] {
        let house = House::new();
        fs::create_dir_all(house.path("")).unwrap();
        fs::write(house.path(name), &theirs).unwrap();
        let error = house.send(&house.attempt("a", article("A"))).await.unwrap_err();
        assert!(matches!(&error, SendError::Mendable { says } if says.contains(name)), "{error:?}");
        assert_eq!((house.read(name), house.all().len()), (theirs, 1));
    }
    let house = House::new();
    let attempt = house.attempt("a", article("A"));
    let receipt = house.send(&attempt).await.unwrap();
    // An item of their own, in a file of ours.
    let mine = house.read("atom.xml").replace("</feed>", "<entry><id>mine</id></entry></feed>");
    fs::write(house.path("atom.xml"), &mine).unwrap();
    let before = house.all();
    let error = house.send(&house.attempt("b", article("B"))).await.unwrap_err();
    assert!(error.to_string().contains("was changed since it was written"), "{error}");
    let removed = house.take_down(&attempt, &receipt).await;
    assert!(matches!(&removed, Removed::Stays(why) if why.contains("atom.xml")), "{removed:?}");
    let change =
        Change { before: house.part(&attempt), after: house.part(&house.attempt("a", article("C"))) };
    let edited = house.channel.edit(&change, &receipt, &attempt).await.unwrap();
    assert!(matches!(&edited, Edited::Stays(why) if why.contains("atom.xml")), "{edited:?}");
    assert_eq!(house.all(), before);
    // Once it is away all goes on.
    fs::remove_file(house.path("atom.xml")).unwrap();
    house.send(&house.attempt("b", article("B"))).await.unwrap();
    assert_eq!(house.titles().len(), 2);
}

/// A feed may be called what marks its files.
#[tokio::test]
async fn a_title_is_no_mark() {
    let mut house = House::new();
    house.channel.options.title = "ladder-feed of the day".to_owned();
    house.send(&house.attempt("a", article("ladder-feed 0"))).await.unwrap();
    house.send(&house.attempt("b", article("B"))).await.unwrap();
    assert_eq!(house.titles().len(), 2);
}

/// Version control may end lines in another way.
#[tokio::test]
async fn ends_of_lines_are_nobodys_work() {
    let house = House::new();
    house.send(&house.attempt("a", article("A"))).await.unwrap();
    for format in Format::ALL {
        let text = house.read(format.file()).replace('\n', "\r\n");
        fs::write(house.path(format.file()), text).unwrap();
    }
    house.send(&house.attempt("b", article("B"))).await.unwrap();
    assert_eq!(house.titles(), ["A", "B"]);
}

#[tokio::test]
async fn an_item_that_was_corrected_by_hand_is_shown_so_and_one_that_is_rubbish_is_told() {
    let house = House::new();
    let attempt = house.attempt("a", article("A"));
    let receipt = house.send(&attempt).await.unwrap();
    let file = house.folder.path().join(receipt.detail.as_deref().unwrap());
    let corrected = fs::read_to_string(&file).unwrap().replace("\"A\"", "\"A, corrected\"");
    fs::write(&file, &corrected).unwrap();
    house.send(&house.attempt("b", article("B"))).await.unwrap();
    assert!(house.titles().contains(&"A, corrected".to_owned()));
    assert!(matches!(house.take_down(&attempt, &receipt).await, Removed::Stays(_)));
    fs::write(&file, "{ rubbish").unwrap();
    let before = house.all();
    let error = house.send(&house.attempt("c", article("C"))).await.unwrap_err();
    let shown = receipt.detail.unwrap();
    assert!(error.to_string().contains(&shown), "{error}");
    // No file is written without the one that cannot be read.
    let unchanged = |(path, bytes): &(PathBuf, Vec<u8>)| fs::read(path).unwrap() == *bytes;
    assert!(before.iter().all(unchanged));
    fs::write(&file, corrected).unwrap();
    house.send(&house.attempt("c", article("C"))).await.unwrap();
    assert_eq!(house.titles().len(), 3);
}

/// What the files still show is not gone, whatever became of its folder.
#[tokio::test]
async fn an_item_that_was_moved_or_renamed_is_not_gone() {
    let house = House::new();
    let attempt = house.attempt("one", article("One"));
    let receipt = house.send(&attempt).await.unwrap();
    let sidecar = receipt.detail.clone().unwrap();
    let file = house.folder.path().join(&sidecar);
    let kept = fs::read_to_string(&file).unwrap();
    // Its delivery has another name, which may be that of another message.
    for (from, to) in [(attempt.key.0.as_str(), "somebody"), ("\"one/feed\"", "\"two/feed\"")] {
        let named = kept.replace(from, to).replace(&attempt.key.0, "somebody");
        assert_ne!(named, kept);
        fs::write(&file, named).unwrap();
        let removed = house.take_down(&attempt, &receipt).await;
        assert!(matches!(&removed, Removed::Stays(why) if why.contains(&sidecar)), "{removed:?}");
    }
    fs::write(&file, kept).unwrap();
    fs::rename(file.parent().unwrap(), house.path("renamed")).unwrap();
    let withdrawn = Attempt { withdrawn: true, ..attempt.clone() };
    for receipt in [receipt.clone(), Receipt::default()] {
        assert!(matches!(house.find(&withdrawn).await.unwrap(), Found::Sent(_)));
        let removed = house.take_down(&withdrawn, &receipt).await;
        assert!(matches!(&removed, Removed::Stays(why) if why.contains("`feeds/renamed`")), "{removed:?}");
        assert_eq!(house.titles(), ["One"]);
    }
    // As it was told.
    fs::remove_dir_all(house.path("renamed")).unwrap();
    assert_eq!(house.take_down(&withdrawn, &receipt).await, Removed::Gone);
    assert_eq!(house.titles().len(), 0);
}

#[tokio::test]
async fn a_copy_of_an_item_is_told() {
    let house = House::new();
    let one = house.attempt("one", article("One"));
    house.send(&one).await.unwrap();
    let place = item::place("one", "one/feed");
    let (from, to) = (house.path(&format!("{place}/item.json")), house.path("copy/item.json"));
    fs::create_dir(to.parent().unwrap()).unwrap();
    fs::copy(from, &to).unwrap();
    let says = format!("`feeds/copy` and `feeds/{place}` hold the same item: delete the one that is a copy");
    let two = house.attempt("two", article("Two"));
    let error = house.send(&two).await.unwrap_err();
    assert!(matches!(&error, SendError::Mendable { says: said } if *said == says), "{error:?}");
    fs::remove_file(to).unwrap();
    house.send(&two).await.unwrap();
    assert_eq!(house.titles().len(), 2);
}
