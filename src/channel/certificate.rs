//! What is wrong with a certificate, and who can mend it. Nothing was sent over a
//! connection whose other end could not prove who it is.

use rustls::{CertificateError, Error};
use std::error::Error as StdError;

/// What to do, behind what is said of a connection that was not made, if that was
/// for want of a good certificate.
pub(super) fn advice(error: &(dyn StdError + 'static)) -> Option<&'static str> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(known) = error.downcast_ref::<Error>().and_then(advice_on) {
            return Some(known);
        }
        // What an I/O error wraps is not its source, but what its source would be.
        let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        if let Some(known) = wrapped.and_then(|wrapped| advice(wrapped)) {
            return Some(known);
        }
        cause = error.source();
    }
    None
}

fn advice_on(error: &Error) -> Option<&'static str> {
    let Error::InvalidCertificate(why) = error else { return None };
    Some(match why {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "; its certificate has expired: whoever runs it has to renew it, unless this machine's clock is ahead"
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "; its certificate is not valid yet: look at this machine's clock"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "; its certificate is for another name: look at the address that is written, and at a proxy on the way"
        }
        CertificateError::UnknownIssuer => {
            "; this machine does not trust who made its certificate: look at a proxy on the way, and for a server of \
             your own make its issuer known to this machine"
        }
        _ => "; its certificate is not good: whoever runs it has to look",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_has_to_mend_is_found_however_deep_it_lies() {
        let bare = Error::InvalidCertificate(CertificateError::UnknownIssuer);
        assert!(advice(&bare).is_some_and(|says| says.contains("does not trust")));
        let wrapped = std::io::Error::new(std::io::ErrorKind::InvalidData, bare);
        let twice = std::io::Error::other(wrapped);
        assert!(advice(&twice).is_some_and(|says| says.contains("does not trust")));
        for (why, says) in [
            (CertificateError::Expired, "has expired"),
            (CertificateError::NotValidForName, "another name"),
            (CertificateError::NotValidYet, "clock"),
            (CertificateError::BadSignature, "is not good"),
        ] {
            let error = std::io::Error::other(Error::InvalidCertificate(why));
            assert!(advice(&error).is_some_and(|told| told.contains(says)), "{says}");
        }
        assert_eq!(advice(&std::io::Error::other("refused")), None);
        assert_eq!(advice(&Error::HandshakeNotComplete), None);
    }
}
