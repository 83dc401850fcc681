//! Mails as files: a Maildir that any mail program opens.

use super::message::Letter;
use crate::channel::folder::{Folder, on_disk};
use crate::channel::{Attempt, Found, SendError};
use crate::plan::Receipt;

/// Writes the mail to `new/`, under a name that comes from its key: the same
/// delivery written again is the same file. Answers with its path.
pub async fn deliver(directory: &str, letter: Letter, attempt: &Attempt) -> Result<String, SendError> {
    let folder = Folder::new(&attempt.project, directory)?;
    let key = attempt.key.0.clone();
    on_disk(move || {
        if let Some(there) = seen(&folder, &key)? {
            return Ok(there);
        }
        // A Maildir has these three, or mail programs do not take it for one.
        for needed in ["tmp", "cur"] {
            folder.keep(&format!("{needed}/.keep"), b"")?;
        }
        let name = format!("new/{}", name(&key));
        folder.write_by_way_of(Some("tmp"), &name, letter.text.as_bytes())?;
        Ok(folder.shown(&name))
    })
    .await
}

/// Whether the mail is in the folder, read already or not.
pub async fn find(directory: &str, letter: Letter, attempt: &Attempt) -> Result<Found, SendError> {
    let folder = Folder::new(&attempt.project, directory)?;
    let key = attempt.key.0.clone();
    on_disk(move || {
        Ok(match seen(&folder, &key)? {
            Some(there) => Found::Sent(Receipt {
                id: Some(letter.id),
                url: None,
                detail: Some(there),
                ..Receipt::default()
            }),
            None => Found::Absent,
        })
    })
    .await
}

/// Mail programs move what was read to `cur/` and put flags behind a colon.
fn seen(folder: &Folder, key: &str) -> Result<Option<String>, SendError> {
    let wanted = name(key);
    for part in ["new", "cur"] {
        let there = folder.join(part)?;
        let ours = |name: &String| name.split(':').next() == Some(wanted.as_str());
        if let Some(name) = there.names()?.into_iter().find(ours) {
            return Ok(Some(there.shown(&name)));
        }
    }
    Ok(None)
}

fn name(key: &str) -> String {
    format!("{key}.ladder")
}
