//! Every rule of the program: the list that `allow`, `docs/rules.md` and
//! `ladder schema` share.

use super::Rule;
use crate::diagnostic::Severity::{Error, Note, Warning};

macro_rules! rules {
    ($($id:ident $severity:ident $allowable:ident $name:literal $about:literal)*) => {
        $(#[doc = $about] pub const $id: Rule = Rule {
            name: $name,
            severity: $severity,
            allowable: rules!(@ $allowable),
            about: $about,
        };)*
        /// All of them, by subject: files, ladder, project, then what is said.
        pub const RULES: &[Rule] = &[$($id),*];
    };
    (@ may) => { true };
    (@ stands) => { false };
}

rules! {
    // Reading files: found by the `ladder` and `channel` rooms and by loading.
    SYNTAX Error stands "syntax" "Files are well-formed TOML or YAML, with a head that is closed."
    UNREADABLE Error stands "unreadable" "A file can be opened and is of a sane size."
    NOT_UTF8 Error stands "not-utf8" "Files are UTF-8."
    DUPLICATE_KEY Error stands "duplicate-key" "A key stands once in its table."
    UNKNOWN_KEY Error may "unknown-key" "Every key is known; in a message's head an unknown one is only a warning."
    MISSING_KEY Error stands "missing-key" "Keys that are needed are there and not empty."
    WRONG_TYPE Error stands "wrong-type" "A value is of the type that its key takes."
    WRONG_VALUE Error stands "wrong-value" "A value means something to its key: a time, a duration, one of a list."
    WRONG_NAME Error stands "wrong-name" "Names and ids are of letters that are safe in paths and templates."
    NOT_IN_THIS_BUILD Error stands "not-in-this-build" "No key asks for something that this build cannot do."
    SECRET_LITERAL Error stands "secret-literal" "A secret is referred to and never written in a file."
    PATH_OUTSIDE Error stands "path-outside" "No path leads out of the project."
    LOOSE_TAGS Warning may "loose-tags" "Tags are a list of texts, not one text with commas."
    NO_FRONT_MATTER Warning may "no-front-matter" "A message begins with a head between `+++` or `---`."
    NO_SUMMARY Warning may "no-summary" "A message has a summary that somebody wrote."
    UNTRANSLATED Warning may "untranslated" "A channel in another language gets a message in that language, title included."
    HOSTILE_CHARACTERS Warning may "hostile-characters" "No text has control characters or marks that turn its direction."
    BAD_MEDIA Error stands "bad-media" "A media file is there, and is an image that can be read."
    ORPHAN_TRANSLATION Error stands "orphan-translation" "A translation stands beside the message that it translates."
    TOO_MANY_MESSAGES Error stands "too-many-messages" "The folder of messages has a size that can be checked as a whole."
    NO_LADDER Error stands "no-ladder" "It is clear which ladder a message climbs."
    UNKNOWN_LADDER Error stands "unknown-ladder" "The ladder that a message names exists."
    NO_FOLDER Warning may "no-folder" "The folders `messages/` and `content-ladders/` are there."
    DUPLICATE_LADDER Error stands "duplicate-ladder" "Two ladders do not have one name."
    // Channels: found by the adapters.
    UNKNOWN_ADAPTER Error stands "unknown-adapter" "A channel's adapter is one of this build's."
    NOT_BUILT_IN Error stands "not-built-in" "A channel's adapter is built into this program."
    BAD_URL Error stands "bad-url" "An address in a setting is a whole `http` or `https` URL."
    BAD_ADDRESS Error stands "bad-address" "A mail address can be written to, and has no line break in it."
    BAD_AUTHOR Error stands "bad-author" "The `author` of a LinkedIn channel is a person's or an organisation's URN."
    NO_RECIPIENTS Error stands "no-recipients" "A mail has somebody to go to."
    SAME_RECIPIENT Warning may "same-recipient" "Nobody is written to twice."
    TWO_WAYS Error stands "two-ways" "A channel is told one way to send, not two."
    WRONG_KIND Error stands "wrong-kind" "A channel gets the kind of variant that it takes."
    SHARED_FOLDER Error may "shared-folder" "Two channels do not stand in each other's way in one folder."
    UNKNOWN_FEED Warning may "unknown-feed" "A feed that hubs are told of is one that the project writes, where it writes feeds."
    BAD_SLUG Error stands "bad-slug" "The last part of an article's address can be a file's name."
    SLUG_CHANGED Note may "slug-changed" "A slug that is written out is the last part of the address as it stands."
    SAME_NAME Error stands "same-name" "Two images of one article have different file names."
    NO_CANONICAL Warning may "no-canonical" "The address of an original is told where the site has a place for it."
    NO_SOURCE Error stands "no-source" "Others are told only of a page that comes out before them."
    NO_MENTIONS Note may "no-mentions" "A message that others are to hear of links to somebody."
    MENTIONS_LEFT_OUT Warning may "mentions-left-out" "All whom a message links to are told, as long as they are not too many."
    IMAGE_NOT_PUBLIC Error stands "image-not-public" "A picture goes to a site that takes no uploads only from where everybody can fetch it."
    COVER_LEFT_OUT Warning may "cover-left-out" "A cover is shown where the site can fetch it."
    TAGS_LEFT_OUT Warning may "tags-left-out" "An article's tags are as many and as long as its site takes."
    LIQUID Error stands "liquid" "No text of an article is run by the site that shows it."
    CONTROL_CHARACTER Error stands "control-character" "No header of a mail has a control character or a line break in it."
    TOO_MANY_CASHTAGS Error stands "too-many-cashtags" "A post on X has one cashtag at most."
    GIF_AND_IMAGES Error stands "gif-and-images" "A GIF on X stands alone."
    EMPTY_SUBJECT Error stands "empty-subject" "A mail has a subject."
    // Rendering.
    TEMPLATE Error stands "template" "A template can be rendered."
    BAD_LINK Warning may "bad-link" "A link or picture in the body leads to something that readers can reach."
    HTML_LEFT_OUT Warning may "html-left-out" "HTML in the body is no more than pages and mails take."
    CARD_WITHOUT_LINK Warning may "card-without-link" "A card is asked for only where there is a link to make it of."
    // The project.
    UNKNOWN_NETWORK Warning may "unknown-network" "A name in `[handles]` is for a network that exists."
    TRACKING_DOMAIN_MISSING Note may "tracking-domain-missing" "Links to the brand's own site are counted."
    UNKNOWN_ALLOW Warning may "unknown-allow" "`allow` names rules that exist and may be allowed."
    // The ladder.
    NO_RUNG Error stands "no-rung" "A ladder has a rung."
    UNKNOWN_CHANNEL Error stands "unknown-channel" "A rung's channel is in `ladder.toml`."
    UNKNOWN_RUNG Error stands "unknown-rung" "A rung waits for rungs of its own ladder."
    SELF_WAIT Error stands "self-wait" "No rung waits for itself."
    CYCLE Error stands "cycle" "No rungs wait for one another in a circle."
    DELAY_WITHOUT_AFTER Note may "delay-without-after" "A delay counts from a rung that is waited for."
    WINDOW_WITHOUT_TIME Note may "window-without-time" "A window belongs to a time."
    // The message.
    SAME_ID_TWICE Error stands "same-id-twice" "Every message has an id of its own."
    SAME_TITLE_TWICE Warning may "same-title-twice" "Two messages on one ladder do not have the same title."
    DRAFT Note may "draft" "A draft is known to be one."
    EMBARGO Note may "embargo" "An embargo is known to be there, and ends before the message is due."
    UNUSED_OVERRIDE Warning may "unused-override" "An override is for a rung of the ladder."
    UNUSED_VARIANT Warning may "unused-variant" "A file written for a rung is for a rung of the ladder."
    UNUSED_MEDIA Note may "unused-media" "Every image of the message goes out somewhere."
    // What is said.
    EMPTY_TEXT Error stands "empty-text" "Nothing goes out without words."
    TOO_LONG Error may "too-long" "Every part of a post is within the network's limit."
    TITLE_TOO_LONG Warning may "title-too-long" "A title is shown whole."
    NO_THREADS Error may "no-threads" "A thread goes only to networks that have threads."
    IDLE_BREAK Warning may "idle-break" "No break stands in a part of a thread that is written by hand."
    NO_FIRST_COMMENT Warning may "no-first-comment" "A first comment is written only where there is one."
    POSTED_TWICE Error may "posted-twice" "One channel does not get the same text twice in a plan."
    SAME_TEXT_TWICE Warning may "same-text-twice" "Two channels on one network do not say the same words."
    INVALID_CHARACTER Error stands "invalid-character" "No post has a character in it that its network does not take."
    PLACEHOLDER_LEFT Warning may "placeholder-left" "No `TODO`, `Lorem ipsum` or template mark is left in a text."
    SHOUTING Warning may "shouting" "No title, subject or post is all in capitals."
    TOO_MANY_HASHTAGS Warning may "too-many-hashtags" "A post has no more hashtags than its network bears."
    HASHTAG_LIMIT Error may "hashtag-limit" "A post has no more hashtags than its network takes."
    TOO_MANY_MENTIONS Error may "too-many-mentions" "A post mentions no more people than its network takes."
    TOO_MANY_MARKS Warning may "too-many-marks" "A post has no more marked places than its network shows."
    SECRET_IN_TEXT Error may "secret-in-text" "No text has something in it that looks like a password or a key."
    UNKNOWN_HANDLE Error may "unknown-handle" "A person who is named by `handle` stands in `[handles]`."
    MENTION_PINGS Warning may "mention-pings" "Nobody is mentioned who does not stand in `[handles]`."
    // Links.
    URL_NOT_WAITED_FOR Error stands "url-not-waited-for" "A rung that uses another's address waits for it."
    NO_ADDRESS Error stands "no-address" "The address that a text waits for is one that there will be."
    LATE_TOKEN_LITERAL Error stands "late-token-literal" "Nobody writes `rung.invalid`, the host that stands for addresses to come."
    LINK_MISSING Warning may "link-missing" "A post leads to the article."
    SEVERAL_LINKS Note may "several-links" "A post has one link where the network shows one card."
    TOO_MANY_LINKS Error may "too-many-links" "A post has no more links than its network takes."
    INSECURE_LINK Note may "insecure-link" "Links to the brand's own site begin with `https`."
    PRIVATE_LINK Warning may "private-link" "No link leads to a machine that readers cannot reach."
    RELATIVE_LINK Error may "relative-link" "Links and pictures of a mail have whole addresses."
    // Images.
    MISSING_ALT Error may "missing-alt" "Every image has alt text in the language of its readers."
    POOR_ALT Warning may "poor-alt" "Alt text says what is to be seen, not what the file is called."
    ALT_TOO_LONG Error may "alt-too-long" "Alt text is within the network's limit."
    TOO_MANY_IMAGES Error may "too-many-images" "No part has more images than the network takes."
    IMAGE_TOO_LARGE Error may "image-too-large" "No image is larger than the network takes, however small it is made."
    IMAGE_SHAPE Error may "image-shape" "No image is wider or narrower than the network takes."
    IMAGE_QUALITY Note may "image-quality" "An image can be made to fit and still look good."
    BAD_CROP Error stands "bad-crop" "A crop lies in its image, and has the shape that it is called by."
    MISNAMED_IMAGE Note may "misnamed-image" "An image's file is called what it is."
    IMAGE_FORMAT Error stands "image-format" "Every image is of a kind that the network takes."
    CARD_AND_IMAGES Warning may "card-and-images" "Where a network shows card or images, one of them is chosen."
    // Mail.
    SUBJECT_TOO_LONG Warning may "subject-too-long" "A subject is shown whole."
    PREHEADER_MISSING Warning may "preheader-missing" "A mail says what stands behind its subject."
    PREHEADER_TOO_LONG Note may "preheader-too-long" "A preheader is shown whole."
    MAIL_CLIPPED Warning may "mail-clipped" "Gmail shows the mail to its end."
    // What has gone out before: found by the plan.
    RENAMED_FROM Error stands "renamed-from" "An older name of a rung belongs to one rung."
    VANISHED_RUNG Error stands "vanished-rung" "What has gone out through a rung is not sent again through another."
    RENAMED_ACCOUNT Error stands "renamed-account" "What has reached a page is not posted there again under another name of the account."
    ANOTHER_ACCOUNT Warning stands "another-account" "A channel is the account that it was when the message went out through it."
    ANOTHER_OWNER Warning stands "another-owner" "An account is the page, or the author, that it was."
    EDITED_AFTER_SENDING Note may "edited-after-sending" "What has gone out, or is queued, is what the message says now."
    EARLIER_UNKNOWN Warning stands "earlier-unknown" "What may be out is not sent once more."
}
