//! The contract's clauses for mail: a server in this process, and a folder.

use super::bench::{CANARY, configured};
use crate::smtp::{Act, Server, Stage, say};
use jiff::Timestamp;
use ladder::channel::{Attempt, Channel, Found, Ready, Removed, SendError};
use ladder::plan::{Identity, PayloadPart, Receipt};
use ladder::render::{Mail, Variant};

struct Post {
    folder: tempfile::TempDir,
    channel: Box<dyn Channel>,
}

impl Post {
    fn by(server: &Server) -> Post {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("smtp"), server.url_with(CANARY)).unwrap();
        Post { folder, channel: channel("smtp = { file = \"smtp\" }") }
    }

    fn part(&self) -> PayloadPart {
        let identity = self.attempt().identity;
        let checked = self.channel.payload(&mail(), &identity);
        assert!(!checked.has_errors(), "{:?}", checked.problems);
        checked.value.unwrap().parts.remove(0)
    }

    fn attempt(&self) -> Attempt {
        let identity = Identity {
            account: self.channel.account(),
            message: "rocket-2".to_owned(),
            rung: "news".to_owned(),
            occurrence: 0,
            generation: 0,
            recipient: Some("ada@example.org".to_owned()),
        };
        Attempt {
            key: identity.key(),
            identity,
            part: 0,
            number: 1,
            doubted: false,
            made: None,
            made_at: None,
            begun: None,
            previous: Vec::new(),
            taken: ladder::channel::Taken::default(),
            first_tried: "2026-12-01T08:00:00Z".parse::<Timestamp>().unwrap(),
            last_tried: "2026-12-01T08:00:00Z".parse::<Timestamp>().unwrap(),
            withdrawn: false,
            project: self.folder.path().to_owned(),
            media: self.folder.path().join("media"),
            variant: mail(),
            changing: None,
            earlier: Vec::new(),
        }
    }

    async fn send(&self) -> Result<Receipt, SendError> {
        let outcome = self.channel.send(&self.part(), &self.attempt()).await;
        let said = format!("{outcome:?} {:?}", self.channel);
        let words = outcome.as_ref().err().map(ToString::to_string).unwrap_or_default();
        assert!(!said.contains("canary") && !words.contains("canary"), "{said} {words}");
        outcome
    }
}

fn channel(way: &str) -> Box<dyn Channel> {
    let table = format!(
        "[channels.news]\nadapter = \"email\"\n{way}\nfrom = \"Acme <news@acme.example>\"\nto = [\"ada@example.org\"]\n"
    );
    configured(&table).channel
}

pub fn mail() -> Variant {
    Variant::Mail(Mail {
        from: "Acme <news@acme.example>".to_owned(),
        subject: "Rocket 2 lands".to_owned(),
        preheader: "Reusable".to_owned(),
        html: "<!doctype html><html lang=\"en\"><body><p>It landed.</p></body></html>".to_owned(),
        text: "It landed.".to_owned(),
        media: Vec::new(),
        language: "en".to_owned(),
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_is_taken_and_its_receipt_names_it() {
    let server = Server::good();
    let post = Post::by(&server);
    assert_eq!(post.channel.ready(post.folder.path()).await, Ready::Yes);
    let receipt = post.send().await.unwrap();
    assert_eq!(server.taken(), ["ada@example.org"]);
    let id = receipt.id.unwrap();
    assert!(server.texts()[0].contains(&id) && server.texts()[0].contains("It landed."), "{id}");
    // Nothing can be asked, and nothing called back.
    let found = post.channel.find(&post.part(), &post.attempt()).await.unwrap();
    assert!(matches!(found, Found::CannotTell(_)), "{found:?}");
    let removed =
        post.channel.remove(&Receipt { id: Some(id), ..Receipt::default() }, post.folder.path()).await;
    assert!(matches!(removed, Ok(Removed::Stays(_))), "{removed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_says_is_what_it_means() {
    let at = |stage: Stage, act: Act| {
        Server::new(move |moment| if moment.stage == stage { act.clone() } else { Act::Usual })
    };
    for (stage, act, meaning) in [
        (Stage::Auth, say(&format!("535 5.7.8 no, {CANARY} is wrong")), "refused"),
        (Stage::Rcpt, say("550 5.1.1 nobody of that name"), "refused"),
        (Stage::Rcpt, say("450 4.2.0 later"), "not yet"),
        (Stage::Connect, Act::HangUp, "not yet"),
        (Stage::Data, Act::HangUp, "not yet"),
        (Stage::Dot, Act::HangUp, "unknown"),
        (Stage::Dot, Act::TakeAndHangUp, "unknown"),
        (Stage::Dot, say("554 5.7.1 no"), "refused"),
        (Stage::Dot, say("451 4.3.0 later"), "not yet"),
    ] {
        let case = format!("{stage:?} {act:?}");
        let outcome = Post::by(&at(stage, act)).send().await;
        let meant = match &outcome {
            Ok(_) => "sent",
            Err(SendError::Refused { .. } | SendError::Mendable { .. }) => "refused",
            Err(SendError::NotYet { .. } | SendError::TooMany { .. } | SendError::Partly { .. }) => "not yet",
            Err(SendError::Unknown { .. }) => "unknown",
        };
        assert_eq!(meant, meaning, "{case}: {outcome:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_there_is_not_yet() {
    let post = Post::by(&Server::good());
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    std::fs::write(post.folder.path().join("smtp"), format!("smtp://ada:{CANARY}@{free}")).unwrap();
    let outcome = post.send().await;
    assert!(matches!(outcome, Err(SendError::NotYet { .. })), "{outcome:?}");
}

#[tokio::test]
async fn a_folder_has_each_mail_once_and_can_be_asked() {
    let post = Post { folder: tempfile::tempdir().unwrap(), channel: channel("maildir = \"mail\"") };
    let find = async || post.channel.find(&post.part(), &post.attempt()).await.unwrap();
    assert_eq!(find().await, Found::Absent);
    let first = post.send().await.unwrap();
    assert_eq!(post.send().await.unwrap(), first);
    let new = post.folder.path().join("mail/new");
    assert_eq!(std::fs::read_dir(&new).unwrap().count(), 1);
    assert_eq!(find().await, Found::Sent(first));
}
