//! Images: Threads takes no uploads. It fetches each where everybody can, so it has to
//! lie there before Threads is told of it.

use super::Threads;
use crate::channel::folder::{Folder, on_disk};
use crate::channel::http::{self, Answer};
use crate::channel::{Attempt, MENDING, SendError, upload};
use crate::render::Picture;
use reqwest::Method;

/// What an image is called at its public place: by what it holds, so that another image
/// has another address.
pub(super) fn name(picture: &Picture) -> String {
    let ending = if picture.mime == "image/png" { "png" } else { "jpg" };
    format!("{}.{ending}", picture.sha256)
}

/// Writes it into the project's folder, if there is one for that, and looks whether it
/// can be fetched. Its address.
pub(super) async fn place(
    threads: &Threads,
    picture: &Picture,
    attempt: &Attempt,
) -> Result<String, SendError> {
    let file = name(picture);
    let Some(base) = &threads.media_base_url else {
        let says = format!("`{}` needs a public address: the channel has no `media_base_url`", picture.path);
        return Err(SendError::Mendable { says });
    };
    if let Some(folder) = &threads.media_folder {
        let bytes = upload::bytes(picture, attempt).await?;
        let (project, folder, file) = (attempt.project.clone(), folder.clone(), file.clone());
        on_disk(move || Folder::new(&project, &folder)?.keep(&file, &bytes)).await?;
    }
    let address = format!("{base}/{file}");
    let what = match answers(&address).await? {
        answer if is_image(&answer) => return Ok(address),
        answer if answer.status == 200 => "answers with something that is no image".to_owned(),
        answer => format!("answers {}", answer.status),
    };
    let todo = match &threads.media_folder {
        Some(folder) => format!("publish `{folder}`, where it lies as `{file}`"),
        None => format!("put `{}` there under that name", picture.path),
    };
    // Mostly a site is on its way out in these minutes.
    let says = format!("Threads fetches the image `{}` at {address}, which {what}: {todo}", picture.path);
    Err(SendError::NotYet { says, wait: Some(MENDING) })
}

/// Asks for the head alone; a host that does not know that question, for all of it.
/// Nothing of a secret goes there, and no redirect is followed: Threads may not either.
async fn answers(address: &str) -> Result<Answer, SendError> {
    let ask = async |method| {
        http::call(http::service(address)?.request(method, address)).await.map_err(http::Trouble::of_asking)
    };
    let answer = ask(Method::HEAD).await?;
    if matches!(answer.status, 405 | 501) { ask(Method::GET).await } else { Ok(answer) }
}

fn is_image(answer: &Answer) -> bool {
    let kind = answer.header("content-type").unwrap_or_default();
    answer.status == 200 && kind.trim_start().to_ascii_lowercase().starts_with("image/")
}
